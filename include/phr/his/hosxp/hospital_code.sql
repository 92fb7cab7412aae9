SELECT DISTINCT hospitalcode AS hospital_code FROM opdconfig
