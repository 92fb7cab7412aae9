-- Tables of Hospital-OS 3.x (PostgreSQL), with the columns the adapter reads. Written from public evidence: names as
-- in the open-source client, its reports and its installer; not a vendor dump, real databases carry many more of both.
-- Every text is varchar(255), as in the installer. Dates are text of the Buddhist era, YYYY-MM-DD,HH:MM:SS.
-- *_active = '1' is live. Indexes are assumed, on what the client joins by.

CREATE TABLE b_site (
  b_site_id character varying(255) NOT NULL,
  b_visit_office_id character varying(255),  -- 5-digit facility code
  PRIMARY KEY (b_site_id)
);

CREATE TABLE t_patient (
  t_patient_id character varying(255) NOT NULL,
  patient_hn character varying(255),
  f_patient_prefix_id character varying(255),
  patient_firstname character varying(255),
  patient_lastname character varying(255),
  f_sex_id character varying(255),
  patient_birthday character varying(255),  -- Buddhist-era text 'YYYY-MM-DD'
  patient_birthday_true character varying(255),
  patient_pid character varying(255),  -- the CID
  f_patient_nation_id character varying(255),
  f_patient_marriage_status_id character varying(255),
  f_patient_discharge_status_id character varying(255),
  patient_discharge_date_time character varying(255),
  patient_house character varying(255),
  patient_moo character varying(255),
  patient_road character varying(255),
  patient_tambon character varying(255),
  patient_phone_number character varying(255),
  patient_patient_mobile_phone character varying(255),
  t_health_family_id character varying(255),
  patient_active character varying(255),
  PRIMARY KEY (t_patient_id)
);

CREATE TABLE t_visit (
  t_visit_id character varying(255) NOT NULL,
  visit_vn character varying(255),
  visit_hn character varying(255),
  t_patient_id character varying(255),
  f_visit_type_id character varying(255),  -- 0 OPD, 1 IPD, S survey
  f_visit_status_id character varying(255),  -- 4 = cancelled
  visit_begin_visit_time character varying(255),  -- Buddhist-era text 'YYYY-MM-DD,HH:MM:SS'
  visit_financial_discharge_time character varying(255),
  visit_staff_doctor_discharge character varying(255),
  visit_staff_doctor_discharge_date_time character varying(255),
  f_visit_opd_discharge_status_id character varying(255),
  b_visit_office_id_refer_in character varying(255),
  visit_dx character varying(255),
  b_visit_clinic_id character varying(255),
  b_service_point_id character varying(255),
  visit_deny_allergy character varying(255),
  t_patient_appointment_id character varying(255),
  f_visit_service_type_id character varying(255),
  PRIMARY KEY (t_visit_id)
);

CREATE TABLE t_visit_vital_sign (
  t_visit_vital_sign_id character varying(255) NOT NULL,
  t_visit_id character varying(255),
  record_date character varying(255),
  record_time character varying(255),
  visit_vital_sign_blood_presure character varying(255),  -- 'SBP/DBP' text, sic
  visit_vital_sign_heart_rate character varying(255),
  visit_vital_sign_respiratory_rate character varying(255),
  visit_vital_sign_temperature character varying(255),
  visit_vital_sign_weight character varying(255),
  visit_vital_sign_height character varying(255),
  visit_vital_sign_waistline character varying(255),
  visit_vital_sign_modify_date_time character varying(255),
  visit_vital_sign_active character varying(255),
  PRIMARY KEY (t_visit_vital_sign_id)
);

CREATE TABLE t_visit_primary_symptom (
  t_visit_primary_symptom_id character varying(255) NOT NULL,
  t_visit_id character varying(255),
  visit_primary_symptom_main_symptom character varying(255),
  visit_primary_symptom_current_illness character varying(255),
  record_date_time character varying(255),
  visit_primary_symptom_active character varying(255),
  PRIMARY KEY (t_visit_primary_symptom_id)
);

CREATE TABLE t_visit_payment (
  t_visit_payment_id character varying(255) NOT NULL,
  t_visit_id character varying(255),
  b_contract_plans_id character varying(255),
  visit_payment_card_issue_date character varying(255),
  visit_payment_card_expire_date character varying(255),
  visit_payment_main_hospital character varying(255),
  visit_payment_sub_hospital character varying(255),
  visit_payment_priority character varying(255),  -- '0' = main coverage
  visit_payment_active character varying(255),
  PRIMARY KEY (t_visit_payment_id)
);

CREATE TABLE b_contract_plans (
  b_contract_plans_id character varying(255) NOT NULL,
  contract_plans_description character varying(255),
  r_rp1853_instype_id character varying(255),  -- INSTYPE
  PRIMARY KEY (b_contract_plans_id)
);

CREATE TABLE t_diag_icd10 (
  t_diag_icd10_id character varying(255) NOT NULL,
  diag_icd10_vn character varying(255),  -- holds t_visit_id, not the VN
  diag_icd10_number character varying(255),  -- ICD-10 WITH dot
  f_diag_icd10_type_id character varying(255),
  diag_icd10_staff_doctor character varying(255),
  diag_icd10_record_date_time character varying(255),
  diag_icd10_active character varying(255),
  PRIMARY KEY (t_diag_icd10_id)
);

CREATE TABLE t_order (
  t_order_id character varying(255) NOT NULL,
  t_visit_id character varying(255),
  b_item_id character varying(255),
  order_common_name character varying(255),
  f_item_group_id character varying(255),  -- 1 drug, 2 lab, 4 supply
  b_item_subgroup_id character varying(255),
  f_order_status_id character varying(255),  -- 0 not verified, 3 cancelled
  order_qty double precision,
  order_price double precision,
  order_verify_date_time character varying(255),
  order_dispense_date_time character varying(255),
  order_report_date_time character varying(255),
  order_secret character varying(255),
  PRIMARY KEY (t_order_id)
);

CREATE TABLE t_order_drug (
  t_order_drug_id character varying(255) NOT NULL,
  t_order_id character varying(255),
  b_item_drug_instruction_id character varying(255),
  b_item_drug_frequency_id character varying(255),
  order_drug_dose double precision,
  b_item_drug_uom_id_use character varying(255),
  b_item_drug_uom_id_purch character varying(255),
  order_drug_special_prescription character varying(255),
  order_drug_special_prescription_text character varying(255),
  order_drug_active character varying(255),
  PRIMARY KEY (t_order_drug_id)
);

CREATE TABLE t_result_lab (
  t_result_lab_id character varying(255) NOT NULL,
  t_order_id character varying(255),
  b_item_lab_result_id character varying(255),
  result_lab_name character varying(255),
  result_lab_value character varying(255),  -- always text
  result_lab_unit character varying(255),
  result_lab_min character varying(255),
  result_lab_max character varying(255),
  result_lab_normal_flag character varying(255),
  record_date_time character varying(255),
  result_lab_active character varying(255),
  PRIMARY KEY (t_result_lab_id)
);

CREATE TABLE b_item (
  b_item_id character varying(255) NOT NULL,
  item_number character varying(255),
  item_common_name character varying(255),
  PRIMARY KEY (b_item_id)
);

CREATE TABLE t_patient_appointment (
  t_patient_appointment_id character varying(255) NOT NULL,
  t_visit_id character varying(255),
  patient_appointment_date character varying(255),
  patient_appointment_time character varying(255),
  patient_appointment character varying(255),
  patient_appointment_doctor character varying(255),
  patient_appointment_clinic character varying(255),
  patient_appointment_notice character varying(255),
  patient_appointment_status character varying(255),
  patient_appointment_record_date_time character varying(255),
  patient_appointment_active character varying(255),
  patient_appointment_end_time character varying(255),
  visit_id_make_appointment character varying(255),
  PRIMARY KEY (t_patient_appointment_id)
);

CREATE TABLE b_employee (
  b_employee_id character varying(255) NOT NULL,
  employee_firstname character varying(255),
  employee_lastname character varying(255),
  employee_number character varying(255),
  PRIMARY KEY (b_employee_id)
);

CREATE TABLE t_health_family (
  t_health_family_id character varying(255) NOT NULL,
  patient_pid character varying(255),  -- the CID
  f_prefix_id character varying(255),
  patient_name character varying(255),
  patient_last_name character varying(255),
  patient_birthday character varying(255),  -- Buddhist-era text 'YYYY-MM-DD'
  patient_birthday_true character varying(255),
  f_sex_id character varying(255),
  f_patient_marriage_status_id character varying(255),
  f_patient_nation_id character varying(255),
  f_patient_discharge_status_id character varying(255),
  patient_discharge_date_time character varying(255),
  health_family_active character varying(255),
  PRIMARY KEY (t_health_family_id)
);

CREATE TABLE t_health_epi (
  t_health_epi_id character varying(255) NOT NULL,
  t_patient_id character varying(255),
  t_health_family_id character varying(255),
  health_epi_hn character varying(255),
  t_visit_id character varying(255),
  epi_survey_date character varying(255),
  health_epi_active character varying(255),
  PRIMARY KEY (t_health_epi_id)
);

CREATE TABLE t_health_epi_detail (
  t_health_epi_detail_id character varying(255) NOT NULL,
  t_health_epi_id character varying(255),
  b_health_epi_set_id character varying(255),  -- joins b_health_epi_group_id
  health_epi_exp character varying(255),
  health_epi_detail_lot character varying(255),
  health_epi_detail_staff_record character varying(255),
  health_epi_detail_active character varying(255),
  PRIMARY KEY (t_health_epi_detail_id)
);

CREATE TABLE t_death (
  t_death_id character varying(255) NOT NULL,
  t_patient_id character varying(255),
  t_health_family_id character varying(255),
  death_date_time character varying(255),
  death_active character varying(255),
  PRIMARY KEY (t_death_id)
);

CREATE TABLE f_patient_prefix (
  f_patient_prefix_id character varying(255) NOT NULL,
  patient_prefix_description character varying(255),
  PRIMARY KEY (f_patient_prefix_id)
);

CREATE TABLE f_patient_nation (
  f_patient_nation_id character varying(255) NOT NULL,
  patient_nation_description character varying(255),
  PRIMARY KEY (f_patient_nation_id)
);

CREATE TABLE b_map_rp1853_nation (
  f_patient_nation_id character varying(255),
  r_rp1853_nation_id character varying(255)
);

CREATE TABLE f_patient_marriage_status (
  f_patient_marriage_status_id character varying(255) NOT NULL,
  r_rp1853_marriage_id character varying(255),
  PRIMARY KEY (f_patient_marriage_status_id)
);

CREATE TABLE f_address (
  f_address_id character varying(255) NOT NULL,
  address_description character varying(255),
  PRIMARY KEY (f_address_id)
);

CREATE TABLE b_visit_clinic (
  b_visit_clinic_id character varying(255) NOT NULL,
  visit_clinic_description character varying(255),
  PRIMARY KEY (b_visit_clinic_id)
);

CREATE TABLE b_report_12files_map_clinic (
  b_report_12files_std_clinic_id character varying(255),
  b_visit_clinic_id character varying(255)
);

CREATE TABLE b_service_point (
  b_service_point_id character varying(255) NOT NULL,
  service_point_description character varying(255),
  PRIMARY KEY (b_service_point_id)
);

CREATE TABLE b_icd10 (
  icd10_description character varying(255),
  icd10_number character varying(255)
);

CREATE TABLE b_map_rp1855_instype (
  b_contract_plans_id character varying(255),
  r_rp1855_instype_id character varying(255)
);

CREATE TABLE r_rp1853_instype (
  id character varying(255) NOT NULL,
  maininscl character varying(255),
  PRIMARY KEY (id)
);

CREATE TABLE b_item_subgroup (
  b_item_subgroup_id character varying(255) NOT NULL,
  item_subgroup_description character varying(255),
  PRIMARY KEY (b_item_subgroup_id)
);

CREATE TABLE b_map_lab_tmlt (
  b_item_id character varying(255),
  b_lab_tmlt_tmltcode character varying(255)
);

CREATE TABLE b_map_drug_tmt (
  b_drug_tmt_tpucode character varying(255),
  b_item_id character varying(255)
);

CREATE TABLE b_nhso_map_drug (
  b_nhso_map_drug_id character varying(255) NOT NULL,
  b_item_id character varying(255),
  f_nhso_drug_id character varying(255),  -- 24-digit drug code
  PRIMARY KEY (b_nhso_map_drug_id)
);

CREATE TABLE b_item_drug_uom (
  b_item_drug_uom_id character varying(255) NOT NULL,
  item_drug_uom_description character varying(255),
  PRIMARY KEY (b_item_drug_uom_id)
);

CREATE TABLE b_item_drug_instruction (
  b_item_drug_instruction_id character varying(255) NOT NULL,
  item_drug_instruction_description character varying(255),
  item_drug_instruction_number character varying(255),
  PRIMARY KEY (b_item_drug_instruction_id)
);

CREATE TABLE b_item_drug_frequency (
  b_item_drug_frequency_id character varying(255) NOT NULL,
  item_drug_frequency_description character varying(255),
  item_drug_frequency_number character varying(255),
  PRIMARY KEY (b_item_drug_frequency_id)
);

CREATE TABLE b_health_epi_group (
  b_health_epi_group_id character varying(255) NOT NULL,
  health_epi_group_description character varying(255),
  health_epi_group_description_particular character varying(255),  -- 43-file VACCINETYPE
  PRIMARY KEY (b_health_epi_group_id)
);

CREATE INDEX ix_t_patient_patient_hn ON t_patient (patient_hn);
CREATE INDEX ix_t_patient_patient_pid ON t_patient (patient_pid);
CREATE INDEX ix_t_patient_t_health_family_id ON t_patient (t_health_family_id);
CREATE INDEX ix_t_health_family_patient_pid ON t_health_family (patient_pid);
CREATE INDEX ix_t_visit_visit_vn ON t_visit (visit_vn);
CREATE INDEX ix_t_visit_visit_begin_visit_time ON t_visit (visit_begin_visit_time);
CREATE INDEX ix_t_visit_vital_sign_t_visit_id ON t_visit_vital_sign (t_visit_id);
CREATE INDEX ix_t_visit_primary_symptom_t_visit_id ON t_visit_primary_symptom (t_visit_id);
CREATE INDEX ix_t_visit_payment_t_visit_id ON t_visit_payment (t_visit_id);
CREATE INDEX ix_t_diag_icd10_diag_icd10_vn ON t_diag_icd10 (diag_icd10_vn);
CREATE INDEX ix_t_order_t_visit_id ON t_order (t_visit_id);
CREATE INDEX ix_t_order_drug_t_order_id ON t_order_drug (t_order_id);
CREATE INDEX ix_t_result_lab_t_order_id ON t_result_lab (t_order_id);
CREATE INDEX ix_t_patient_appointment_t_visit_id ON t_patient_appointment (t_visit_id);
CREATE INDEX ix_t_health_epi_t_patient_id ON t_health_epi (t_patient_id);
CREATE INDEX ix_t_health_epi_detail_t_health_epi_id ON t_health_epi_detail (t_health_epi_id);
CREATE INDEX ix_t_death_t_patient_id ON t_death (t_patient_id);
CREATE INDEX ix_b_icd10_icd10_number ON b_icd10 (icd10_number);
