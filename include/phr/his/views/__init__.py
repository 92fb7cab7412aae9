"""Any HIS whose staff make the views ``phr_visit``, ``phr_patient``, … (contract.csv)."""
