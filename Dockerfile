# Image of the production installation: Airflow 3.3 with the pipeline and the fast MySQL driver.
FROM python:3.11-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc pkg-config libmariadb-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/phr
COPY requirements.txt pyproject.toml README.md LICENSE ./
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir --only-binary :all: -r requirements.txt \
 && /opt/venv/bin/pip install --no-cache-dir 'mysqlclient>=2.2'
COPY include include
COPY plugins plugins
COPY dags dags
RUN /opt/venv/bin/pip install --no-cache-dir --no-deps -e .

FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends libmariadb3 tini && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 50000 phr && mkdir -p /var/lib/phr && chown phr /var/lib/phr
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/phr /opt/phr
ENV PATH=/opt/venv/bin:$PATH PHR_HOME=/var/lib/phr AIRFLOW_HOME=/var/lib/phr/airflow PYTHONUNBUFFERED=1
USER phr
WORKDIR /opt/phr
ENTRYPOINT ["tini", "--"]
CMD ["phr", "--help"]
