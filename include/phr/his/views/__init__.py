"""Any HIS whose staff make the documented read-only views ``phr_visit``, ``phr_patient``, … (contract.csv)."""
