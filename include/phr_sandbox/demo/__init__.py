"""``make demo``: the whole product on one machine: invented hospitals, the API double, a real Airflow."""
