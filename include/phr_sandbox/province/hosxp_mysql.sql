-- HOSxP tables of the demo province (MySQL 5.x / MariaDB 10.x, HOSxP v3 and v4)
-- Written from public evidence; not a vendor dump. Only the tables and columns that visits and
-- vaccines need are listed, real databases carry many more of both.
-- Confidence per table: A = types seen in a schema-derived model or a full DDL,
-- B = names seen in independent queries, types inferred, C = thin evidence.
-- A note ("inferred", "not verified") means: probe information_schema first.
-- Indexes: only those on patient, ovst, lab_head, lab_order, oapp and doctor were seen, the rest
-- are assumed. Every column marked v4/newer/inferred is OPTIONAL at a real site.
-- Server charset is normally tis620 / tis620_thai_ci; some sites run utf8.
-- Zero dates ('0000-00-00') are legal in the source: the session needs sql_mode = ''.
-- Read by phr_sandbox.province.schema, which also translates it for SQLite.

-- [opdconfig] B. One row per database; source of the facility code. Many more columns exist. Named in 4 public code bases; types inferred.
CREATE TABLE `opdconfig` (
  `hospitalcode` varchar(5) DEFAULT NULL,
  `hospitalname` varchar(250) DEFAULT NULL                 -- length not verified
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [patient] A. Facility-level patient master. PK is hos_guid, business key is hn (unique). Named in 13 public code bases; types from a schema-derived model.
CREATE TABLE `patient` (
  `hos_guid` varchar(38) NOT NULL,                         -- '{UUID}' text
  `hn` varchar(9) DEFAULT NULL,                            -- zero padded text, keep as text
  `pname` varchar(25) DEFAULT NULL,                        -- v3: varchar(15); Thai prefix text, join pname.name
  `fname` varchar(30) DEFAULT NULL,
  `midname` varchar(25) DEFAULT NULL,
  `lname` varchar(30) DEFAULT NULL,
  `sex` char(1) DEFAULT NULL,                              -- 1 male, 2 female
  `birthday` date DEFAULT NULL,                            -- may be 0000-00-00
  `birthtime` time DEFAULT NULL,
  `truebirthday` char(1) DEFAULT NULL,                     -- Y when the day is real, not defaulted
  `cid` varchar(13) DEFAULT NULL,                          -- blanks, spaces, placeholders possible
  `passport_no` varchar(25) DEFAULT NULL,
  `nationality` char(3) DEFAULT NULL,                      -- join nationality.nationality -> nhso_code
  `citizenship` char(3) DEFAULT NULL,                      -- used as race in 43-file exports
  `religion` char(2) DEFAULT NULL,
  `marrystatus` char(1) DEFAULT NULL,
  `occupation` varchar(4) DEFAULT NULL,
  `educate` char(1) DEFAULT NULL,
  `bloodgrp` varchar(20) DEFAULT NULL,
  `bloodgroup_rh` varchar(5) DEFAULT NULL,
  `addrpart` varchar(50) DEFAULT NULL,                     -- house no
  `moopart` char(3) DEFAULT NULL,
  `road` varchar(50) DEFAULT NULL,
  `addr_soi` varchar(100) DEFAULT NULL,
  `tmbpart` char(2) DEFAULT NULL,
  `amppart` char(2) DEFAULT NULL,
  `chwpart` char(2) DEFAULT NULL,
  `addressid` varchar(6) DEFAULT NULL,                     -- chw+amp+tmb
  `po_code` varchar(5) DEFAULT NULL,
  `hometel` varchar(20) DEFAULT NULL,
  `mobile_phone_number` varchar(20) DEFAULT NULL,
  `worktel` varchar(20) DEFAULT NULL,
  `email` varchar(50) DEFAULT NULL,
  `informname` varchar(50) DEFAULT NULL,
  `informrelation` varchar(50) DEFAULT NULL,
  `informtel` varchar(20) DEFAULT NULL,
  `fathername` varchar(50) DEFAULT NULL,
  `fatherlname` varchar(30) DEFAULT NULL,
  `father_cid` varchar(13) DEFAULT NULL,
  `mathername` varchar(50) DEFAULT NULL,                   -- sic: 'mather'
  `motherlname` varchar(30) DEFAULT NULL,
  `mother_cid` varchar(13) DEFAULT NULL,
  `mother_hn` varchar(9) DEFAULT NULL,
  `couple_cid` varchar(13) DEFAULT NULL,
  `spsname` varchar(50) DEFAULT NULL,
  `spslname` varchar(30) DEFAULT NULL,
  `drugallergy` varchar(250) DEFAULT NULL,                 -- free text summary, not coded
  `clinic` varchar(100) DEFAULT NULL,                      -- free text list of chronic clinics
  `pttype` char(2) DEFAULT NULL,                           -- default coverage
  `hcode` varchar(5) DEFAULT NULL,
  `type_area` char(1) DEFAULT NULL,                        -- = 43-file TYPEAREA
  `family_status` char(1) DEFAULT NULL,
  `labor_type` char(1) DEFAULT NULL,
  `person_labor_type_id` int(11) DEFAULT NULL,
  `death` char(1) DEFAULT NULL,                            -- Y/N
  `deathday` date DEFAULT NULL,
  `death_diag` varchar(6) DEFAULT NULL,
  `death_code504` char(2) DEFAULT NULL,
  `anonymous_person` char(1) DEFAULT NULL,
  `destroyed` char(1) DEFAULT NULL,
  `admit` char(1) DEFAULT NULL,
  `firstday` date DEFAULT NULL,
  `last_visit` date DEFAULT NULL,
  `reg_time` time DEFAULT NULL,
  `last_update` datetime DEFAULT NULL,                     -- incremental watermark (indexed)
  `height` int(11) DEFAULT NULL,
  `hn_int` int(11) DEFAULT NULL,
  `oldcode` varchar(50) DEFAULT NULL,
  `node_id` char(1) DEFAULT NULL,
  `hospital_department_id` int(11) DEFAULT NULL,
  PRIMARY KEY (`hos_guid`),
  UNIQUE KEY `ux_patient_hn` (`hn`),
  KEY `ix_patient_cid` (`cid`),
  KEY `ix_patient_last_update` (`last_update`),
  KEY `ix_patient_last_visit` (`last_visit`),
  KEY `ix_patient_lname` (`lname`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [ovst] A. One row per visit. Carries no update timestamp of its own. Named in 8 public code bases; types from a schema-derived model.
CREATE TABLE `ovst` (
  `hos_guid` varchar(38) NOT NULL,
  `vn` varchar(13) DEFAULT NULL,                           -- yymmddHHMMSS, Buddhist yy, 12 chars used
  `hn` varchar(9) DEFAULT NULL,
  `an` varchar(9) DEFAULT NULL,                            -- filled when the visit was admitted
  `vstdate` date DEFAULT NULL,
  `vsttime` time DEFAULT NULL,
  `doctor` varchar(7) DEFAULT NULL,                        -- -> doctor.code
  `hospmain` varchar(5) DEFAULT NULL,
  `hospsub` varchar(5) DEFAULT NULL,
  `oqueue` int(11) DEFAULT NULL,
  `ovstist` char(2) DEFAULT NULL,                          -- -> ovstist (TYPEIN)
  `ovstost` varchar(4) DEFAULT NULL,                       -- -> ovstost (TYPEOUT)
  `pttype` char(2) DEFAULT NULL,                           -- -> pttype
  `pttypeno` varchar(50) DEFAULT NULL,
  `rfrics` char(1) DEFAULT NULL,                           -- refer-in cause
  `rfrilct` varchar(5) DEFAULT NULL,                       -- refer-in hospital
  `rfrocs` char(1) DEFAULT NULL,                           -- refer-out cause
  `rfrolct` varchar(5) DEFAULT NULL,                       -- refer-out hospital
  `rfri_icd10` varchar(6) DEFAULT NULL,
  `spclty` char(2) DEFAULT NULL,                           -- -> spclty.provis_code = 43-file CLINIC
  `rcpt_disease` varchar(100) DEFAULT NULL,
  `hcode` varchar(5) DEFAULT NULL,
  `cur_dep` char(3) DEFAULT NULL,                          -- -> kskdepartment.depcode
  `cur_dep_busy` char(1) DEFAULT NULL,
  `cur_dep_time` time DEFAULT NULL,
  `last_dep` char(3) DEFAULT NULL,
  `main_dep` char(3) DEFAULT NULL,                         -- -> kskdepartment.depcode
  `main_dep_queue` int(11) DEFAULT NULL,
  `rx_queue` int(11) DEFAULT NULL,
  `diag_text` varchar(250) DEFAULT NULL,
  `pt_subtype` tinyint(4) DEFAULT NULL,
  `pt_priority` int(11) DEFAULT NULL,
  `visit_type` char(1) DEFAULT NULL,                       -- I in office hours / O out (site convention)
  `finance_summary_date` date DEFAULT NULL,
  `finance_lock` char(1) DEFAULT NULL,
  `contract_id` int(11) DEFAULT NULL,
  `waiting` char(1) DEFAULT NULL,
  `o_refer_number` int(11) DEFAULT NULL,
  `i_refer_number` varchar(25) DEFAULT NULL,
  `refer_type` char(1) DEFAULT NULL,
  `o_refer_dep` varchar(5) DEFAULT NULL,
  `has_insurance` char(1) DEFAULT NULL,
  `staff` varchar(25) DEFAULT NULL,                        -- v3: varchar(15)
  `command_doctor` varchar(6) DEFAULT NULL,
  `sign_doctor` varchar(10) DEFAULT NULL,
  `send_person` varchar(150) DEFAULT NULL,
  `oldcode` varchar(20) DEFAULT NULL,
  `node_id` char(1) DEFAULT NULL,
  `at_hospital` char(1) DEFAULT NULL,                      -- v4 only
  `anonymous_visit` char(1) DEFAULT NULL,                  -- v4 only
  `anonymous_vn` varchar(12) DEFAULT NULL,                 -- v4 only
  `ovst_key` varchar(40) DEFAULT NULL,                     -- v4 only
  PRIMARY KEY (`hos_guid`),
  UNIQUE KEY `ux_ovst_vn` (`vn`),
  KEY `ix_ovst_vstdate` (`vstdate`),
  KEY `ix_ovst_hn` (`hn`),
  KEY `ix_ovst_an` (`an`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [ovst_seq] B. 1:1 with ovst; export sequence number and an update time. Named in 5 public code bases; types inferred.
CREATE TABLE `ovst_seq` (
  `vn` varchar(13) NOT NULL,
  `seq_id` int(11) DEFAULT NULL,                           -- 43-file SEQ
  `update_datetime` datetime DEFAULT NULL,                 -- best available visit-level watermark when present
  PRIMARY KEY (`vn`),
  KEY `ix_ovst_seq_seq_id` (`seq_id`),
  KEY `ix_ovst_seq_update_datetime` (`update_datetime`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [vn_stat] A. Denormalised visit summary, written when the visit is closed, may lag or be missing. Named in 6 public code bases; types from a schema-derived model.
CREATE TABLE `vn_stat` (
  `vn` varchar(13) NOT NULL,
  `hn` varchar(9) DEFAULT NULL,
  `vstdate` date DEFAULT NULL,
  `cid` varchar(13) DEFAULT NULL,
  `sex` char(1) DEFAULT NULL,
  `age_y` smallint(6) DEFAULT NULL,
  `age_m` smallint(6) DEFAULT NULL,
  `age_d` smallint(6) DEFAULT NULL,
  `pdx` varchar(6) DEFAULT NULL,                           -- principal ICD-10 without dot
  `dx0` varchar(6) DEFAULT NULL,
  `dx1` varchar(6) DEFAULT NULL,
  `dx2` varchar(6) DEFAULT NULL,
  `dx3` varchar(6) DEFAULT NULL,
  `dx4` varchar(6) DEFAULT NULL,
  `dx5` varchar(6) DEFAULT NULL,
  `main_pdx` varchar(3) DEFAULT NULL,
  `dx_doctor` varchar(7) DEFAULT NULL,
  `aid` varchar(6) DEFAULT NULL,                           -- address id
  `moopart` varchar(5) DEFAULT NULL,
  `pttype` char(2) DEFAULT NULL,
  `pcode` char(2) DEFAULT NULL,
  `pttypeno` varchar(20) DEFAULT NULL,
  `pttype_begin` date DEFAULT NULL,
  `pttype_expire` date DEFAULT NULL,
  `hospmain` varchar(5) DEFAULT NULL,
  `hospsub` varchar(5) DEFAULT NULL,
  `hcode` varchar(5) DEFAULT NULL,
  `spclty` char(2) DEFAULT NULL,
  `income` double(15,3) DEFAULT NULL,
  `paid_money` double(15,3) DEFAULT NULL,
  `remain_money` double(15,3) DEFAULT NULL,
  `uc_money` double(15,3) DEFAULT NULL,
  `item_money` double(15,3) DEFAULT NULL,
  `inc_drug` double(15,3) DEFAULT NULL,
  `inc_nondrug` double(15,3) DEFAULT NULL,
  `count_in_month` int(11) DEFAULT NULL,
  `count_in_year` int(11) DEFAULT NULL,
  `lastvisit` int(11) DEFAULT NULL,
  `ym` varchar(7) DEFAULT NULL,
  `vn_guid` varchar(38) DEFAULT NULL,
  `hos_guid` varchar(38) DEFAULT NULL,
  PRIMARY KEY (`vn`),
  KEY `ix_vn_stat_vstdate` (`vstdate`),
  KEY `ix_vn_stat_hn` (`hn`),
  KEY `ix_vn_stat_cid` (`cid`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [opdscreen] A. Triage and vital signs, 1:1 with ovst (row may be missing). Named in 5 public code bases; types from a schema-derived model.
CREATE TABLE `opdscreen` (
  `hos_guid` varchar(38) NOT NULL,
  `vn` varchar(13) DEFAULT NULL,
  `hn` varchar(9) DEFAULT NULL,
  `vstdate` date DEFAULT NULL,
  `vsttime` time DEFAULT NULL,
  `bps` double(15,3) DEFAULT NULL,
  `bpd` double(15,3) DEFAULT NULL,
  `bw` double(15,3) DEFAULT NULL,                          -- kg
  `height` int(11) DEFAULT NULL,                           -- cm; v3 int, v4 may be numeric
  `bmi` double(15,3) DEFAULT NULL,
  `waist` double(15,3) DEFAULT NULL,
  `pulse` double(15,3) DEFAULT NULL,
  `hr` double(15,3) DEFAULT NULL,
  `rr` double(15,3) DEFAULT NULL,
  `temperature` double(15,3) DEFAULT NULL,
  `spo2` double(15,3) DEFAULT NULL,
  `o2sat` int(11) DEFAULT NULL,
  `pain_score` int(11) DEFAULT NULL,
  `fbs` double(15,3) DEFAULT NULL,                         -- copied lab values live here too
  `hba1c` double(15,3) DEFAULT NULL,
  `tc` double(15,3) DEFAULT NULL,
  `tg` double(15,3) DEFAULT NULL,
  `hdl` double(15,3) DEFAULT NULL,
  `ldl` double(15,3) DEFAULT NULL,
  `bun` double(15,3) DEFAULT NULL,
  `creatinine` double(15,3) DEFAULT NULL,
  `egfr` double(15,3) DEFAULT NULL,
  `cc` text DEFAULT NULL,
  `hpi` text DEFAULT NULL,
  `pmh` text DEFAULT NULL,
  `fh` text DEFAULT NULL,
  `sh` text DEFAULT NULL,
  `ros` text DEFAULT NULL,
  `pe` text DEFAULT NULL,
  `symptom` varchar(200) DEFAULT NULL,
  `smoking_type_id` int(11) DEFAULT NULL,
  `drinking_type_id` int(11) DEFAULT NULL,
  `pregnancy` char(1) DEFAULT NULL,
  `breast_feeding` char(1) DEFAULT NULL,
  `found_allergy` char(1) DEFAULT NULL,
  `g6pd` char(1) DEFAULT NULL,
  `lmp_date` date DEFAULT NULL,                            -- v4, not in v3 model
  `screen_dep` char(3) DEFAULT NULL,
  `vaccine_screen_type_id` int(11) DEFAULT NULL,           -- v4 only
  `update_datetime` datetime DEFAULT NULL,                 -- v4 only; absent in v3
  PRIMARY KEY (`hos_guid`),
  UNIQUE KEY `ux_opdscreen_vn` (`vn`),
  KEY `ix_opdscreen_hn` (`hn`),
  KEY `ix_opdscreen_vstdate` (`vstdate`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [ovstdiag] A. ICD-10 WITHOUT dot; rows that start with a digit are ICD-9-CM procedures. Named in 6 public code bases; types from a schema-derived model.
CREATE TABLE `ovstdiag` (
  `ovst_diag_id` int(11) NOT NULL,
  `vn` varchar(13) DEFAULT NULL,
  `hn` varchar(9) DEFAULT NULL,
  `vstdate` date DEFAULT NULL,
  `vsttime` time DEFAULT NULL,
  `icd10` varchar(9) DEFAULT NULL,
  `icd103` char(3) DEFAULT NULL,
  `diagtype` char(2) DEFAULT NULL,                         -- -> diagtype, 1 = principal
  `doctor` varchar(6) DEFAULT NULL,                        -- -> doctor.code
  `hcode` varchar(5) DEFAULT NULL,
  `episode` int(11) DEFAULT NULL,
  `ext_code` varchar(2) DEFAULT NULL,
  `dep_flag` varchar(2) DEFAULT NULL,
  `ovst_oper_type` int(11) DEFAULT NULL,
  `staff` varchar(15) DEFAULT NULL,
  `dx_guid` varchar(38) DEFAULT NULL,
  `hos_guid` varchar(38) DEFAULT NULL,
  `lock_dx` char(1) DEFAULT NULL,
  `update_datetime` datetime DEFAULT NULL,                 -- newer releases only (2 sources)
  PRIMARY KEY (`ovst_diag_id`),
  UNIQUE KEY `ux_ovstdiag_vn` (`vn`, `icd10`),
  KEY `ix_ovstdiag_vn` (`vn`),
  KEY `ix_ovstdiag_hn` (`hn`),
  KEY `ix_ovstdiag_vstdate` (`vstdate`),
  KEY `ix_ovstdiag_icd10` (`icd10`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [visit_pttype] B. All coverages of one visit with main/sub hospital and the NHSO authen code. Named in 7 public code bases; types inferred.
CREATE TABLE `visit_pttype` (
  `vn` varchar(13) NOT NULL,
  `pttype` char(2) NOT NULL,
  `pttypeno` varchar(50) DEFAULT NULL,
  `hospmain` varchar(5) DEFAULT NULL,
  `hospsub` varchar(5) DEFAULT NULL,
  `begin_date` date DEFAULT NULL,                          -- inferred name
  `expire_date` date DEFAULT NULL,                         -- inferred name
  `pttype_number` int(11) DEFAULT NULL,                    -- 1 = primary coverage of the visit
  `auth_code` varchar(50) DEFAULT NULL,                    -- case differs between sites
  `auth_datetime` datetime DEFAULT NULL,                   -- written Auth_DateTime in one source
  `claim_code` varchar(50) DEFAULT NULL,                   -- written Claim_Code on some sites
  `pttype_note` varchar(250) DEFAULT NULL,                 -- inferred length
  `staff` varchar(25) DEFAULT NULL,
  `update_datetime` datetime DEFAULT NULL,
  `hos_guid` varchar(38) DEFAULT NULL,
  PRIMARY KEY (`vn`, `pttype`),
  KEY `ix_visit_pttype_vn` (`vn`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [pttype] A. Coverage master, site-defined 2-char codes. Named in 10 public code bases; types from a schema-derived model.
CREATE TABLE `pttype` (
  `pttype` char(2) NOT NULL,
  `name` varchar(250) DEFAULT NULL,
  `isuse` char(1) DEFAULT NULL,
  `pcode` char(2) DEFAULT NULL,                            -- old 2-char group (A1..), not INSTYPE
  `paidst` char(2) DEFAULT NULL,
  `hipdata_code` varchar(6) DEFAULT NULL,                  -- UCS, SSS, OFC, LGO, WEL, ...
  `hipdata_pttype` char(3) DEFAULT NULL,
  `nhso_code` char(2) DEFAULT NULL,                        -- -> provis_instype.code
  `nhso_subinscl` varchar(3) DEFAULT NULL,
  `pttype_std_code` char(4) DEFAULT NULL,                  -- 43-file INSTYPE; may be empty -> fall back to provis_instype or 9100
  `pttype_eclaim_id` varchar(2) DEFAULT NULL,
  `uc` char(1) DEFAULT NULL,
  `in_region` char(1) DEFAULT NULL,
  `export_eclaim` char(1) DEFAULT NULL,
  `pttype_guid` varchar(38) DEFAULT NULL,
  `hos_guid` varchar(38) DEFAULT NULL,
  PRIMARY KEY (`pttype`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [provis_instype] B. Map from pttype.nhso_code to the 4-digit INSTYPE. Named in 3 public code bases; types inferred.
CREATE TABLE `provis_instype` (
  `code` varchar(5) NOT NULL,
  `name` varchar(250) DEFAULT NULL,
  `pttype_std_code` varchar(4) DEFAULT NULL,
  PRIMARY KEY (`code`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [spclty] A. Specialty; provis_code is the 43-file CLINIC. Named in 8 public code bases; types from a schema-derived model.
CREATE TABLE `spclty` (
  `spclty` char(2) NOT NULL,
  `name` varchar(150) DEFAULT NULL,
  `shortname` varchar(10) DEFAULT NULL,
  `provis_code` varchar(10) DEFAULT NULL,                  -- 43-file CLINIC (5 digits)
  `nhso_code` varchar(5) DEFAULT NULL,
  `active_status` char(1) DEFAULT NULL,
  `no_export_43` char(1) DEFAULT NULL,
  `hos_guid` varchar(38) DEFAULT NULL,
  PRIMARY KEY (`spclty`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [kskdepartment] A. Service points / rooms. Named in 6 public code bases; types from a schema-derived model.
CREATE TABLE `kskdepartment` (
  `depcode` char(3) NOT NULL,
  `department` varchar(150) DEFAULT NULL,
  `spclty` char(2) DEFAULT NULL,
  `doctor_code` varchar(7) DEFAULT NULL,
  `department_active` char(1) DEFAULT NULL,
  `depcode_active` char(1) DEFAULT NULL,
  `hospital_department_id` int(11) DEFAULT NULL,
  `online_time` datetime DEFAULT NULL,
  `hos_guid` varchar(38) DEFAULT NULL,
  PRIMARY KEY (`depcode`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [doctor] A. Providers of every profession. Named in 10 public code bases; types from a schema-derived model.
CREATE TABLE `doctor` (
  `code` varchar(15) NOT NULL,
  `name` varchar(150) DEFAULT NULL,                        -- full display name
  `pname` varchar(50) DEFAULT NULL,
  `fname` varchar(100) DEFAULT NULL,
  `lname` varchar(50) DEFAULT NULL,
  `shortname` varchar(50) DEFAULT NULL,
  `ename` varchar(200) DEFAULT NULL,
  `cid` varchar(17) DEFAULT NULL,
  `sex` char(1) DEFAULT NULL,
  `birth_date` date DEFAULT NULL,
  `licenseno` varchar(50) DEFAULT NULL,                    -- free text; strip a leading Thai letter and dots/blanks
  `council_code` varchar(2) DEFAULT NULL,                  -- 43-file COUNCIL
  `provider_type_code` varchar(3) DEFAULT NULL,            -- 43-file PROVIDERTYPE
  `position_id` int(11) DEFAULT NULL,
  `department` varchar(250) DEFAULT NULL,
  `spclty` char(2) DEFAULT NULL,
  `active` char(1) DEFAULT NULL,
  `start_date` date DEFAULT NULL,
  `finish_date` date DEFAULT NULL,
  `license_issue_date` date DEFAULT NULL,
  `license_expire_date` date DEFAULT NULL,
  `move_from_hospcode` char(5) DEFAULT NULL,
  `move_to_hospcode` char(5) DEFAULT NULL,
  `update_datetime` datetime DEFAULT NULL,
  `hos_guid` varchar(38) DEFAULT NULL,
  PRIMARY KEY (`code`),
  KEY `ix_doctor_licenseno` (`licenseno`),
  KEY `ix_doctor_name` (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [ovstist] A. Arrival type. Named in 5 public code bases; types from a schema-derived model.
CREATE TABLE `ovstist` (
  `ovstist` char(2) NOT NULL,
  `name` varchar(50) DEFAULT NULL,
  `export_code` varchar(5) DEFAULT NULL,                   -- last digit = TYPEIN
  `hos_guid` varchar(38) DEFAULT NULL,
  PRIMARY KEY (`ovstist`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [ovstost] A. Outcome type. Named in 6 public code bases; types from a schema-derived model.
CREATE TABLE `ovstost` (
  `ovstost` varchar(4) NOT NULL,
  `name` varchar(200) DEFAULT NULL,
  `export_code` varchar(5) DEFAULT NULL,                   -- = TYPEOUT
  `death_status` char(1) DEFAULT NULL,
  `hos_guid` varchar(38) DEFAULT NULL,
  PRIMARY KEY (`ovstost`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [diagtype] A. Diagnosis type. Named in 7 public code bases; types from a schema-derived model.
CREATE TABLE `diagtype` (
  `diagtype` char(2) NOT NULL,
  `name` varchar(100) DEFAULT NULL,
  `nhso_code` char(1) DEFAULT NULL,                        -- 43-file DIAGTYPE
  `hos_guid` varchar(38) DEFAULT NULL,
  `hos_guid_ext` varchar(64) DEFAULT NULL,
  PRIMARY KEY (`diagtype`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [icd101] A. ICD-10 master, codes without dot. Named in 6 public code bases; types from a schema-derived model.
CREATE TABLE `icd101` (
  `code` varchar(7) NOT NULL,
  `name` varchar(200) DEFAULT NULL,
  `tname` varchar(150) DEFAULT NULL,
  `code3` varchar(3) DEFAULT NULL,
  `sex` int(11) DEFAULT NULL,
  `active_status` char(1) DEFAULT NULL,
  `icd10tmcompat` char(1) DEFAULT NULL,
  `hos_guid` varchar(38) DEFAULT NULL,
  PRIMARY KEY (`code`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [lab_head] A. One row per lab order form. Named in 6 public code bases; types from a schema-derived model.
CREATE TABLE `lab_head` (
  `lab_order_number` int(11) NOT NULL,
  `vn` varchar(13) DEFAULT NULL,                           -- holds the AN (9 chars) when department = 'IPD'
  `hn` varchar(9) DEFAULT NULL,
  `department` varchar(5) DEFAULT NULL,                    -- OPD / IPD
  `doctor_code` varchar(7) DEFAULT NULL,
  `lab_items_group_code` int(11) DEFAULT NULL,
  `form_id` int(11) DEFAULT NULL,
  `form_name` varchar(200) DEFAULT NULL,
  `lab_head_remark` varchar(250) DEFAULT NULL,
  `order_date` date DEFAULT NULL,
  `order_time` time DEFAULT NULL,
  `receive_date` date DEFAULT NULL,
  `receive_time` time DEFAULT NULL,
  `report_date` date DEFAULT NULL,
  `report_time` time DEFAULT NULL,
  `reporter_name` varchar(100) DEFAULT NULL,
  `approve_staff` varchar(25) DEFAULT NULL,
  `confirm_specimen` char(1) DEFAULT NULL,
  `confirm_report` char(1) DEFAULT NULL,                   -- Y = reported
  `lock_result` char(1) DEFAULT NULL,
  `result_note` text DEFAULT NULL,
  `order_note` text DEFAULT NULL,
  `order_staff` varchar(25) DEFAULT NULL,
  `order_department` char(3) DEFAULT NULL,
  `ward` char(2) DEFAULT NULL,
  `clinic` char(3) DEFAULT NULL,
  `spclty` char(2) DEFAULT NULL,
  `anonymous` char(1) DEFAULT NULL,                        -- skip Y rows
  `anonymous_request` char(1) DEFAULT NULL,
  `abnormal_result` char(1) DEFAULT NULL,
  `appointment` char(1) DEFAULT NULL,
  `appointment_date` date DEFAULT NULL,
  `lab_perform_status_id` int(11) DEFAULT NULL,
  `lab_priority_id` int(11) DEFAULT NULL,
  `lis_order_no` varchar(25) DEFAULT NULL,
  `is_outlab` char(1) DEFAULT NULL,                        -- v4
  `item_count` int(11) DEFAULT NULL,                       -- v4
  `specimen_code` int(11) DEFAULT NULL,                    -- v4
  `lab_order_number_guid` varchar(38) DEFAULT NULL,
  `hos_guid` varchar(38) DEFAULT NULL,
  `entry_datetime` datetime DEFAULT NULL,                  -- v4
  `update_datetime` datetime DEFAULT NULL,                 -- v4
  PRIMARY KEY (`lab_order_number`),
  KEY `ix_lab_head_vn` (`vn`),
  KEY `ix_lab_head_hn` (`hn`),
  KEY `ix_lab_head_order_date` (`order_date`),
  KEY `ix_lab_head_report_date` (`report_date`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [lab_order] A. One row per analyte result. Named in 6 public code bases; types from a schema-derived model.
CREATE TABLE `lab_order` (
  `lab_order_number` int(11) NOT NULL,
  `lab_items_code` int(11) NOT NULL,
  `lab_order_result` varchar(250) DEFAULT NULL,            -- always text
  `lab_order_remark` varchar(250) DEFAULT NULL,
  `lab_items_name_ref` varchar(250) DEFAULT NULL,          -- name at order time
  `lab_items_normal_value_ref` varchar(150) DEFAULT NULL,  -- free-text range at order time
  `confirm` char(1) DEFAULT NULL,                          -- Y = final
  `abnormal_result` char(1) DEFAULT NULL,                  -- H / L / blank (site dependent)
  `critical_result` char(1) DEFAULT NULL,                  -- v4
  `order_type` char(1) DEFAULT NULL,
  `specimen_code` int(11) DEFAULT NULL,
  `lab_items_sub_group_code` int(11) DEFAULT NULL,
  `lab_result_status` int(11) DEFAULT NULL,
  `item_cost` double(15,3) DEFAULT NULL,
  `staff` varchar(50) DEFAULT NULL,
  `staff_lock_result` char(1) DEFAULT NULL,
  `laborder_date` date DEFAULT NULL,
  `check_key` varchar(50) DEFAULT NULL,
  `hos_guid` varchar(38) DEFAULT NULL,
  `hos_guid_ext` varchar(64) DEFAULT NULL,
  `update_datetime` datetime DEFAULT NULL,                 -- v4
  PRIMARY KEY (`lab_order_number`, `lab_items_code`),
  KEY `ix_lab_order_lab_items_code` (`lab_items_code`),
  KEY `ix_lab_order_laborder_date` (`laborder_date`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [lab_items] A. Lab test master (tmlt_code / provis_labcode come with later releases). Named in 6 public code bases; types from a schema-derived model.
CREATE TABLE `lab_items` (
  `lab_items_code` int(11) NOT NULL,
  `lab_items_name` varchar(250) DEFAULT NULL,
  `lab_items_display_name` varchar(200) DEFAULT NULL,
  `lab_items_unit` varchar(150) DEFAULT NULL,
  `lab_items_normal_value` varchar(150) DEFAULT NULL,      -- free text
  `lab_items_hint` varchar(250) DEFAULT NULL,
  `lab_items_default_value` varchar(250) DEFAULT NULL,
  `possible_value` text DEFAULT NULL,
  `lab_items_group` int(11) DEFAULT NULL,
  `lab_items_sub_group_code` int(11) DEFAULT NULL,
  `lab_type_code` int(11) DEFAULT NULL,
  `result_type` int(11) DEFAULT NULL,
  `range_check` char(1) DEFAULT NULL,
  `range_check_min` double(15,3) DEFAULT NULL,
  `range_check_max` double(15,3) DEFAULT NULL,
  `range_check_min_female` double(15,3) DEFAULT NULL,
  `range_check_max_female` double(15,3) DEFAULT NULL,
  `critical_value` varchar(100) DEFAULT NULL,
  `critical_range_min_male` double(15,3) DEFAULT NULL,
  `critical_range_max_male` double(15,3) DEFAULT NULL,
  `critical_range_min_female` double(15,3) DEFAULT NULL,
  `critical_range_max_female` double(15,3) DEFAULT NULL,
  `specimen_code` int(11) DEFAULT NULL,
  `icode` varchar(7) DEFAULT NULL,                         -- billing item
  `ecode` varchar(10) DEFAULT NULL,
  `oldcode` varchar(150) DEFAULT NULL,
  `service_price` double(15,3) DEFAULT NULL,
  `items_is_outlab` char(1) DEFAULT NULL,
  `loinc_code` varchar(15) DEFAULT NULL,
  `provis_labcode` varchar(7) DEFAULT NULL,                -- 43-file LABTEST 7-digit (9 sources) -> provis_lab; length inferred
  `tmlt_code` varchar(10) DEFAULT NULL,                    -- newer releases (3 sources); length inferred
  `active_status` char(1) DEFAULT NULL,                    -- inferred
  `hos_guid` varchar(38) DEFAULT NULL,
  PRIMARY KEY (`lab_items_code`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [lab_items_group] B. Lab group. Named in 2 public code bases; types inferred.
CREATE TABLE `lab_items_group` (
  `lab_items_group_code` int(11) NOT NULL,
  `lab_items_group_name` varchar(150) DEFAULT NULL,
  PRIMARY KEY (`lab_items_group_code`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [lab_items_sub_group] B. Lab sub-group. Named in 2 public code bases; types inferred.
CREATE TABLE `lab_items_sub_group` (
  `lab_items_sub_group_code` int(11) NOT NULL,
  `lab_items_sub_group_name` varchar(150) DEFAULT NULL,
  `lab_items_group_code` int(11) DEFAULT NULL,
  PRIMARY KEY (`lab_items_sub_group_code`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [opitemrece] A. Every charged item: drugs, supplies, services. Largest table of the database. Named in 6 public code bases; types from a schema-derived model.
CREATE TABLE `opitemrece` (
  `hos_guid` varchar(38) NOT NULL,
  `vn` varchar(13) DEFAULT NULL,                           -- null/blank for IPD rows
  `hn` varchar(9) DEFAULT NULL,
  `an` varchar(9) DEFAULT NULL,                            -- set for IPD rows
  `icode` varchar(7) DEFAULT NULL,                         -- -> drugitems / nondrugitems
  `qty` int(11) DEFAULT NULL,                              -- v4 may be double
  `unitprice` double(15,3) DEFAULT NULL,
  `sum_price` double(15,3) DEFAULT NULL,
  `cost` double(15,3) DEFAULT NULL,
  `discount` double(15,3) DEFAULT NULL,
  `drugusage` varchar(7) DEFAULT NULL,                     -- -> drugusage; the label directions of THIS line
  `sp_use` varchar(7) DEFAULT NULL,                        -- -> sp_use, overrides drugusage when set
  `idr` varchar(30) DEFAULT NULL,
  `iperday` int(11) DEFAULT NULL,
  `iperdose` double(15,3) DEFAULT NULL,
  `vstdate` date DEFAULT NULL,
  `vsttime` time DEFAULT NULL,
  `rxdate` date DEFAULT NULL,
  `rxtime` time DEFAULT NULL,
  `recetime` datetime DEFAULT NULL,                        -- type uncertain (datetime or time)
  `doctor` varchar(10) DEFAULT NULL,
  `command_doctor` varchar(10) DEFAULT NULL,
  `dep_code` varchar(3) DEFAULT NULL,
  `income` char(2) DEFAULT NULL,
  `paidst` char(2) DEFAULT NULL,
  `pttype` char(2) DEFAULT NULL,
  `item_type` char(1) DEFAULT NULL,
  `item_no` int(11) DEFAULT NULL,
  `order_no` int(11) DEFAULT NULL,
  `sub_type` char(1) DEFAULT NULL,
  `use_right` char(1) DEFAULT NULL,
  `finance_number` varchar(7) DEFAULT NULL,
  `stock_department_id` int(11) DEFAULT NULL,
  `hcode` varchar(5) DEFAULT NULL,
  `staff` varchar(25) DEFAULT NULL,
  `doctor_lock` char(1) DEFAULT NULL,
  `node_id` char(1) DEFAULT NULL,
  `remain` char(1) DEFAULT NULL,
  `print` char(1) DEFAULT NULL,
  `last_modified` datetime DEFAULT NULL,                   -- incremental watermark; may be null
  PRIMARY KEY (`hos_guid`),
  KEY `ix_opitemrece_vn` (`vn`),
  KEY `ix_opitemrece_an` (`an`),
  KEY `ix_opitemrece_hn` (`hn`),
  KEY `ix_opitemrece_icode` (`icode`),
  KEY `ix_opitemrece_vstdate` (`vstdate`),
  KEY `ix_opitemrece_rxdate` (`rxdate`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [drugitems] A. Drug master, about 200 columns; only the useful ones are listed (one full DDL seen). Named in 8 public code bases; types from a schema-derived model.
CREATE TABLE `drugitems` (
  `icode` varchar(7) NOT NULL,                             -- drugs usually start with 1
  `name` varchar(100) DEFAULT NULL,
  `generic_name` varchar(250) DEFAULT NULL,
  `trade_name` varchar(200) DEFAULT NULL,
  `thai_name` varchar(200) DEFAULT NULL,
  `ename` varchar(150) DEFAULT NULL,
  `strength` varchar(50) DEFAULT NULL,
  `units` varchar(50) DEFAULT NULL,                        -- dispensing unit text
  `dosageform` varchar(100) DEFAULT NULL,
  `packqty` int(11) DEFAULT NULL,
  `unitprice` double(22,3) DEFAULT NULL,
  `unitcost` double(15,3) DEFAULT NULL,
  `drugaccount` varchar(2) DEFAULT NULL,
  `drugcategory` varchar(150) DEFAULT NULL,
  `drugnote` varchar(150) DEFAULT NULL,
  `therapeutic` varchar(150) DEFAULT NULL,
  `antibiotic` char(1) DEFAULT NULL,
  `istatus` char(1) DEFAULT NULL,                          -- Y active
  `paidst` char(2) DEFAULT NULL,
  `income` char(2) DEFAULT NULL,
  `drugusage` varchar(30) DEFAULT NULL,                    -- default directions only
  `usage_code` varchar(10) DEFAULT NULL,
  `frequency_code` varchar(10) DEFAULT NULL,
  `time_code` varchar(10) DEFAULT NULL,
  `usage_unit_code` varchar(10) DEFAULT NULL,
  `dispense_dose` double(15,3) DEFAULT NULL,
  `did` varchar(27) DEFAULT NULL,                          -- 24-digit standard drug code
  `sks_drug_code` varchar(25) DEFAULT NULL,                -- TMT id used for claims (site dependent)
  `sks_dfs_code` varchar(50) DEFAULT NULL,
  `sks_dfs_text` varchar(150) DEFAULT NULL,
  `tmt_tp_code` varchar(10) DEFAULT NULL,                  -- TMT TPU id
  `tmt_gp_code` varchar(10) DEFAULT NULL,                  -- TMT GPU id
  `tpu_code_list` varchar(200) DEFAULT NULL,               -- comma list of TPU ids
  `nhso_tmt_id` varchar(10) DEFAULT NULL,                  -- newer releases, 1 source
  `ttmt_code` varchar(10) DEFAULT NULL,                    -- Thai traditional medicine terminology id, 3 sources
  `nhso_adp_code` varchar(15) DEFAULT NULL,
  `atc_code` varchar(10) DEFAULT NULL,
  `provis_medication_unit_code` varchar(10) DEFAULT NULL,  -- 43-file UNIT
  `oldcode` varchar(20) DEFAULT NULL,
  `begin_date` date DEFAULT NULL,
  `finish_date` date DEFAULT NULL,
  `last_update` datetime DEFAULT NULL,
  `hos_guid` varchar(38) DEFAULT NULL,
  PRIMARY KEY (`icode`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [nondrugitems] B. Non-drug charge items. Named in 4 public code bases; types inferred.
CREATE TABLE `nondrugitems` (
  `icode` varchar(7) NOT NULL,
  `name` varchar(150) DEFAULT NULL,
  `price` double(15,3) DEFAULT NULL,
  `income` char(2) DEFAULT NULL,
  `istatus` char(1) DEFAULT NULL,
  `nhso_adp_code` varchar(15) DEFAULT NULL,
  PRIMARY KEY (`icode`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [drugusage] A. Directions for use. Named in 3 public code bases; types from a schema-derived model.
CREATE TABLE `drugusage` (
  `drugusage` varchar(7) NOT NULL,
  `code` varchar(200) DEFAULT NULL,
  `name1` varchar(150) DEFAULT NULL,
  `name2` varchar(150) DEFAULT NULL,
  `name3` varchar(150) DEFAULT NULL,
  `ename1` varchar(150) DEFAULT NULL,
  `ename2` varchar(150) DEFAULT NULL,
  `ename3` varchar(150) DEFAULT NULL,
  `shortlist` varchar(250) DEFAULT NULL,
  `common_name` varchar(250) DEFAULT NULL,
  `dosageform` varchar(250) DEFAULT NULL,
  `iperday` int(11) DEFAULT NULL,
  `iperdose` double(15,3) DEFAULT NULL,
  `opi_dose` double(15,3) DEFAULT NULL,
  `opi_usage_code` varchar(10) DEFAULT NULL,
  `opi_frequency_code` varchar(10) DEFAULT NULL,
  `opi_usage_unit_code` varchar(10) DEFAULT NULL,
  `opi_time_code` varchar(10) DEFAULT NULL,
  `status` char(1) DEFAULT NULL,
  `drugusage_active` char(1) DEFAULT NULL,
  `hos_guid` varchar(38) DEFAULT NULL,
  PRIMARY KEY (`drugusage`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [sp_use] C. Per-line special directions. Named in 2 public code bases; types inferred.
CREATE TABLE `sp_use` (
  `sp_use` varchar(7) NOT NULL,
  `name1` varchar(200) DEFAULT NULL,
  `name2` varchar(200) DEFAULT NULL,
  `name3` varchar(200) DEFAULT NULL,
  PRIMARY KEY (`sp_use`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [opd_allergy] A. Drug allergies (one full column list seen). Named in 5 public code bases; types from a schema-derived model.
CREATE TABLE `opd_allergy` (
  `hn` varchar(9) NOT NULL,
  `agent` varchar(250) NOT NULL,                           -- drug name as typed; part of the key
  `agent_code24` varchar(24) DEFAULT NULL,
  `icode` varchar(7) DEFAULT NULL,
  `symptom` varchar(250) DEFAULT NULL,
  `opd_allergy_symtom_type_id` int(11) DEFAULT NULL,       -- sic 'symtom'
  `reporter` varchar(250) DEFAULT NULL,
  `relation_level` varchar(50) DEFAULT NULL,
  `note` text DEFAULT NULL,
  `allergy_type` char(1) DEFAULT NULL,
  `allergy_group_id` int(11) DEFAULT NULL,
  `seriousness_id` int(11) DEFAULT NULL,                   -- -> ALEVEL 1..8
  `allergy_result_id` int(11) DEFAULT NULL,
  `allergy_relation_id` int(11) DEFAULT NULL,              -- -> TYPEDX 1..5
  `naranjo_result_id` int(11) DEFAULT NULL,
  `opd_allergy_alert_type_id` int(11) DEFAULT NULL,
  `opd_allergy_report_type_id` int(11) DEFAULT NULL,
  `opd_allergy_source_id` int(11) DEFAULT NULL,            -- -> INFORMANT
  `opd_allergy_type_id` int(11) DEFAULT NULL,
  `opd_allergy_id` int(11) DEFAULT NULL,
  `report_date` date DEFAULT NULL,
  `begin_date` date DEFAULT NULL,
  `display_order` int(11) DEFAULT NULL,
  `ward` varchar(4) DEFAULT NULL,
  `department` varchar(3) DEFAULT NULL,
  `depcode` varchar(3) DEFAULT NULL,
  `spclty` varchar(2) DEFAULT NULL,
  `doctor_code` varchar(15) DEFAULT NULL,
  `no_alert` char(1) DEFAULT NULL,
  `force_no_order` char(1) DEFAULT NULL,
  `preventable` char(1) DEFAULT NULL,
  `officer_confirm` char(1) DEFAULT NULL,
  `cross_group_check` char(1) DEFAULT NULL,
  `patient_cid` varchar(13) DEFAULT NULL,
  `entry_datetime` datetime DEFAULT NULL,
  `update_datetime` datetime DEFAULT NULL,
  `hos_guid` varchar(38) DEFAULT NULL,
  `hos_guid_ext` varchar(64) DEFAULT NULL,
  PRIMARY KEY (`hn`, `agent`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [oapp] A. Appointments. Named in 6 public code bases; types from a schema-derived model.
CREATE TABLE `oapp` (
  `oapp_id` int(11) NOT NULL,
  `hn` varchar(9) DEFAULT NULL,
  `vn` varchar(13) DEFAULT NULL,                           -- visit where it was made
  `an` char(9) DEFAULT NULL,
  `vstdate` date DEFAULT NULL,
  `nextdate` date DEFAULT NULL,
  `nexttime` time DEFAULT NULL,
  `nexttime_end` time DEFAULT NULL,
  `enddate` date DEFAULT NULL,
  `endtime` time DEFAULT NULL,
  `clinic` char(3) DEFAULT NULL,                           -- -> clinic
  `depcode` char(3) DEFAULT NULL,
  `spclty` char(2) DEFAULT NULL,
  `doctor` varchar(15) DEFAULT NULL,                       -- v3: varchar(6)
  `app_cause` varchar(250) DEFAULT NULL,
  `note` varchar(200) DEFAULT NULL,
  `note1` text DEFAULT NULL,
  `note2` text DEFAULT NULL,
  `contact_point` varchar(250) DEFAULT NULL,
  `lab_list_text` text DEFAULT NULL,
  `xray_list_text` text DEFAULT NULL,
  `perform_text` text DEFAULT NULL,
  `app_user` varchar(150) DEFAULT NULL,
  `provis_aptype_code` varchar(5) DEFAULT NULL,            -- 43-file APTYPE
  `oapp_status_id` int(11) DEFAULT NULL,                   -- 1 active; cancelled codes differ by site
  `patient_visit` char(1) DEFAULT NULL,                    -- Y came
  `visit_vn` varchar(13) DEFAULT NULL,                     -- VN of the kept visit
  `person_vaccine_id` int(11) DEFAULT NULL,                -- vaccine appointment
  `next_pttype` char(2) DEFAULT NULL,
  `ward` varchar(4) DEFAULT NULL,
  `entry_date` date DEFAULT NULL,
  `entry_time` time DEFAULT NULL,
  `update_datetime` datetime DEFAULT NULL,
  `hos_guid` varchar(38) DEFAULT NULL,
  PRIMARY KEY (`oapp_id`),
  KEY `ix_oapp_hn` (`hn`),
  KEY `ix_oapp_vn` (`vn`),
  KEY `ix_oapp_nextdate` (`nextdate`),
  KEY `ix_oapp_vstdate` (`vstdate`),
  KEY `ix_oapp_clinic` (`clinic`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [clinic] A. Special / chronic clinics; codes are site-defined. Named in 11 public code bases; types from a schema-derived model.
CREATE TABLE `clinic` (
  `clinic` char(3) NOT NULL,
  `name` varchar(150) DEFAULT NULL,
  `chronic` char(1) DEFAULT NULL,                          -- Y = chronic clinic
  `icd10` varchar(6) DEFAULT NULL,
  `active_status` char(1) DEFAULT NULL,
  `no_export` char(1) DEFAULT NULL,
  `phr_skip` char(1) DEFAULT NULL,
  `hos_guid` varchar(38) DEFAULT NULL,
  PRIMARY KEY (`clinic`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [clinicmember] B. Chronic registry. Named in 6 public code bases; types inferred.
CREATE TABLE `clinicmember` (
  `clinicmember_id` int(11) NOT NULL,
  `hn` varchar(9) DEFAULT NULL,
  `clinic` char(3) DEFAULT NULL,
  `regdate` date DEFAULT NULL,
  `dchdate` date DEFAULT NULL,
  `discharge` char(1) DEFAULT NULL,
  `clinic_member_status_id` int(11) DEFAULT NULL,
  `new_case` char(1) DEFAULT NULL,
  `send_to_pcu_hcode` varchar(5) DEFAULT NULL,
  `begin_year` int(11) DEFAULT NULL,                       -- Buddhist year
  `current_status` varchar(50) DEFAULT NULL,               -- inferred type
  `chronic_type` varchar(50) DEFAULT NULL,                 -- inferred type
  `lastvisit` date DEFAULT NULL,
  `last_bp_date` date DEFAULT NULL,
  `last_bp_bps_value` double(15,3) DEFAULT NULL,
  `last_bp_bpd_value` double(15,3) DEFAULT NULL,
  `last_hba1c_date` date DEFAULT NULL,
  `last_hba1c_value` double(15,3) DEFAULT NULL,
  `modify_staff` varchar(25) DEFAULT NULL,
  `lastupdate` datetime DEFAULT NULL,
  `hos_guid` varchar(38) DEFAULT NULL,
  PRIMARY KEY (`clinicmember_id`),
  UNIQUE KEY `ux_clinicmember_hn` (`hn`, `clinic`),
  KEY `ix_clinicmember_clinic` (`clinic`),
  KEY `ix_clinicmember_lastupdate` (`lastupdate`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [clinic_member_status] B. Registry status. Named in 4 public code bases; types inferred.
CREATE TABLE `clinic_member_status` (
  `clinic_member_status_id` int(11) NOT NULL,
  `clinic_member_status_name` varchar(100) DEFAULT NULL,
  `provis_typedis` varchar(2) DEFAULT NULL,                -- 43-file CHRONIC.TYPEDISCH
  PRIMARY KEY (`clinic_member_status_id`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [sys_var] B. Site settings, e.g. dm_clinic_code, ht_clinic_code, lab_link_*. Named in 3 public code bases; types inferred.
CREATE TABLE `sys_var` (
  `sys_name` varchar(100) NOT NULL,
  `sys_value` varchar(250) DEFAULT NULL,
  PRIMARY KEY (`sys_name`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [person] A. Community (PCU) register; links to patient by patient_hn or cid. Named in 15 public code bases; types from a schema-derived model.
CREATE TABLE `person` (
  `person_id` int(11) NOT NULL,                            -- 43-file PID
  `house_id` int(11) DEFAULT NULL,
  `village_id` int(11) DEFAULT NULL,
  `cid` varchar(13) DEFAULT NULL,
  `patient_hn` varchar(9) DEFAULT NULL,                    -- often null
  `pname` varchar(25) DEFAULT NULL,
  `fname` varchar(50) DEFAULT NULL,
  `lname` varchar(50) DEFAULT NULL,
  `sex` char(1) DEFAULT NULL,
  `birthdate` date DEFAULT NULL,
  `nationality` char(3) DEFAULT NULL,
  `citizenship` char(3) DEFAULT NULL,
  `religion` varchar(2) DEFAULT NULL,
  `marrystatus` char(1) DEFAULT NULL,
  `occupation` varchar(4) DEFAULT NULL,
  `education` char(1) DEFAULT NULL,
  `blood_group` varchar(20) DEFAULT NULL,
  `bloodgroup_rh` varchar(5) DEFAULT NULL,
  `house_regist_type_id` int(11) DEFAULT NULL,             -- = TYPEAREA
  `person_discharge_id` int(11) DEFAULT NULL,
  `discharge_date` date DEFAULT NULL,
  `movein_date` date DEFAULT NULL,
  `death` char(1) DEFAULT NULL,
  `death_date` date DEFAULT NULL,
  `father_cid` varchar(13) DEFAULT NULL,
  `mother_cid` varchar(13) DEFAULT NULL,
  `sps_cid` varchar(13) DEFAULT NULL,
  `pttype` char(2) DEFAULT NULL,
  `pttype_no` varchar(50) DEFAULT NULL,
  `pttype_hospmain` varchar(5) DEFAULT NULL,
  `pttype_hospsub` varchar(5) DEFAULT NULL,
  `pttype_begin_date` date DEFAULT NULL,
  `pttype_expire_date` date DEFAULT NULL,
  `person_labor_type_id` int(11) DEFAULT NULL,
  `hometel` varchar(20) DEFAULT NULL,
  `mobile_phone` varchar(20) DEFAULT NULL,
  `drug_allergy` varchar(150) DEFAULT NULL,
  `last_update` datetime DEFAULT NULL,
  `person_guid` varchar(38) DEFAULT NULL,
  `hos_guid` varchar(38) DEFAULT NULL,
  PRIMARY KEY (`person_id`),
  KEY `ix_person_cid` (`cid`),
  KEY `ix_person_patient_hn` (`patient_hn`),
  KEY `ix_person_last_update` (`last_update`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [person_vaccine] B. Vaccine master used by ovst_vaccine, person_vaccine_list and person_vaccine_elsewhere. Named in 9 public code bases; types inferred.
CREATE TABLE `person_vaccine` (
  `person_vaccine_id` int(11) NOT NULL,
  `vaccine_name` varchar(150) DEFAULT NULL,
  `vaccine_code` varchar(25) DEFAULT NULL,
  `export_vaccine_code` varchar(10) DEFAULT NULL,          -- 43-file VACCINETYPE (3 chars, newer HPV codes are 6)
  `vaccine_combination` char(1) DEFAULT NULL,              -- inferred
  PRIMARY KEY (`person_vaccine_id`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [ovst_vaccine] B. Doses given in a visit (richest: lot, dose no, times). Named in 9 public code bases; types inferred.
CREATE TABLE `ovst_vaccine` (
  `ovst_vaccine_id` int(11) NOT NULL,
  `vn` varchar(13) DEFAULT NULL,
  `person_vaccine_id` int(11) DEFAULT NULL,
  `vaccine_plan_no` int(11) DEFAULT NULL,                  -- dose number
  `dose_qty` double(15,3) DEFAULT NULL,
  `vaccine_lot_no` varchar(50) DEFAULT NULL,
  `serial_no` varchar(50) DEFAULT NULL,
  `expire_date` date DEFAULT NULL,
  `doctor_code` varchar(15) DEFAULT NULL,
  `staff` varchar(25) DEFAULT NULL,
  `immunization_datetime` datetime DEFAULT NULL,
  `update_datetime` datetime DEFAULT NULL,
  `hos_guid` varchar(38) DEFAULT NULL,
  PRIMARY KEY (`ovst_vaccine_id`),
  KEY `ix_ovst_vaccine_vn` (`vn`),
  KEY `ix_ovst_vaccine_person_vaccine_id` (`person_vaccine_id`),
  KEY `ix_ovst_vaccine_update_datetime` (`update_datetime`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [person_vaccine_elsewhere] B. Doses given by another facility. Named in 8 public code bases; types inferred.
CREATE TABLE `person_vaccine_elsewhere` (
  `person_vaccine_elsewhere_id` int(11) NOT NULL,          -- filled from get_serialnumber()
  `person_id` int(11) DEFAULT NULL,
  `person_vaccine_id` int(11) DEFAULT NULL,
  `vaccine_date` date DEFAULT NULL,
  `vaccine_lotno` varchar(50) DEFAULT NULL,
  `hospcode` varchar(5) DEFAULT NULL,                      -- older releases; some newer: vaccine_hospcode
  `vaccine_hospcode` varchar(5) DEFAULT NULL,              -- newer releases only
  `update_datetime` datetime DEFAULT NULL,
  PRIMARY KEY (`person_vaccine_elsewhere_id`),
  KEY `ix_person_vaccine_elsewhere_person_id` (`person_id`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [person_vaccine_list] B. Older per-person dose list. Named in 3 public code bases; types inferred.
CREATE TABLE `person_vaccine_list` (
  `person_vaccine_list_id` int(11) NOT NULL,               -- inferred
  `person_id` int(11) DEFAULT NULL,
  `person_vaccine_id` int(11) DEFAULT NULL,
  `vaccine_date` date DEFAULT NULL,
  `vn` varchar(13) DEFAULT NULL,                           -- inferred
  PRIMARY KEY (`person_vaccine_list_id`),
  KEY `ix_person_vaccine_list_person_id` (`person_id`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [person_wbc] B. Well-baby register (first year of life). Named in 9 public code bases; types inferred.
CREATE TABLE `person_wbc` (
  `person_wbc_id` int(11) NOT NULL,
  `person_id` int(11) DEFAULT NULL,
  `last_update` datetime DEFAULT NULL,
  PRIMARY KEY (`person_wbc_id`),
  KEY `ix_person_wbc_person_id` (`person_id`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [person_wbc_service] B. Well-baby service. Named in 9 public code bases; types inferred.
CREATE TABLE `person_wbc_service` (
  `person_wbc_service_id` int(11) NOT NULL,
  `person_wbc_id` int(11) DEFAULT NULL,
  `vn` varchar(13) DEFAULT NULL,
  `service_date` date DEFAULT NULL,
  `service_time` time DEFAULT NULL,
  PRIMARY KEY (`person_wbc_service_id`),
  KEY `ix_person_wbc_service_person_wbc_id` (`person_wbc_id`),
  KEY `ix_person_wbc_service_service_date` (`service_date`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [person_wbc_vaccine_detail] B. Well-baby doses. Named in 9 public code bases; types inferred.
CREATE TABLE `person_wbc_vaccine_detail` (
  `person_wbc_vaccine_detail_id` int(11) NOT NULL,
  `person_wbc_service_id` int(11) DEFAULT NULL,
  `wbc_vaccine_id` int(11) DEFAULT NULL,
  `vaccine_lotno` varchar(50) DEFAULT NULL,
  `vaccine_expire_date` date DEFAULT NULL,
  `doctor_code` varchar(15) DEFAULT NULL,
  PRIMARY KEY (`person_wbc_vaccine_detail_id`),
  KEY `ix_person_wbc_vaccine_detail_person_wbc_service_id` (`person_wbc_service_id`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [wbc_vaccine] B. Well-baby vaccine master. Named in 9 public code bases; types inferred.
CREATE TABLE `wbc_vaccine` (
  `wbc_vaccine_id` int(11) NOT NULL,
  `wbc_vaccine_name` varchar(150) DEFAULT NULL,
  `wbc_vaccine_code` varchar(25) DEFAULT NULL,
  `export_vaccine_code` varchar(10) DEFAULT NULL,
  PRIMARY KEY (`wbc_vaccine_id`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [person_epi] B. EPI register (1-5 years). Named in 5 public code bases; types inferred.
CREATE TABLE `person_epi` (
  `person_epi_id` int(11) NOT NULL,
  `person_id` int(11) DEFAULT NULL,
  `last_update` datetime DEFAULT NULL,
  PRIMARY KEY (`person_epi_id`),
  KEY `ix_person_epi_person_id` (`person_id`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [person_epi_vaccine] B. EPI service. Named in 5 public code bases; types inferred.
CREATE TABLE `person_epi_vaccine` (
  `person_epi_vaccine_id` int(11) NOT NULL,
  `person_epi_id` int(11) DEFAULT NULL,
  `vn` varchar(13) DEFAULT NULL,
  `vaccine_date` date DEFAULT NULL,
  `vaccine_time` time DEFAULT NULL,
  PRIMARY KEY (`person_epi_vaccine_id`),
  KEY `ix_person_epi_vaccine_person_epi_id` (`person_epi_id`),
  KEY `ix_person_epi_vaccine_vaccine_date` (`vaccine_date`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [person_epi_vaccine_list] B. EPI doses. Named in 5 public code bases; types inferred.
CREATE TABLE `person_epi_vaccine_list` (
  `person_epi_vaccine_list_id` int(11) NOT NULL,
  `person_epi_vaccine_id` int(11) DEFAULT NULL,
  `epi_vaccine_id` int(11) DEFAULT NULL,
  `vaccine_lotno` varchar(50) DEFAULT NULL,
  `vaccine_expire_date` date DEFAULT NULL,
  `doctor_code` varchar(15) DEFAULT NULL,
  PRIMARY KEY (`person_epi_vaccine_list_id`),
  KEY `ix_person_epi_vaccine_list_person_epi_vaccine_id` (`person_epi_vaccine_id`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [epi_vaccine] B. EPI vaccine master. Named in 5 public code bases; types inferred.
CREATE TABLE `epi_vaccine` (
  `epi_vaccine_id` int(11) NOT NULL,
  `epi_vaccine_name` varchar(150) DEFAULT NULL,
  `epi_vaccine_code` varchar(25) DEFAULT NULL,
  `export_vaccine_code` varchar(10) DEFAULT NULL,
  `age_min` int(11) DEFAULT NULL,
  `age_max` int(11) DEFAULT NULL,
  PRIMARY KEY (`epi_vaccine_id`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [village_student] B. School register. Named in 3 public code bases; types inferred.
CREATE TABLE `village_student` (
  `village_student_id` int(11) NOT NULL,
  `person_id` int(11) DEFAULT NULL,
  `last_update` datetime DEFAULT NULL,
  PRIMARY KEY (`village_student_id`),
  KEY `ix_village_student_person_id` (`person_id`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [village_student_vaccine] B. School vaccine service. Named in 3 public code bases; types inferred.
CREATE TABLE `village_student_vaccine` (
  `village_student_vaccine_id` int(11) NOT NULL,
  `village_student_id` int(11) DEFAULT NULL,
  `vn` varchar(13) DEFAULT NULL,
  `vaccine_date` date DEFAULT NULL,
  `vaccine_time` time DEFAULT NULL,
  PRIMARY KEY (`village_student_vaccine_id`),
  KEY `ix_village_student_vaccine_village_student_id` (`village_student_id`),
  KEY `ix_village_student_vaccine_vaccine_date` (`vaccine_date`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [village_student_vaccine_list] B. School doses. Named in 3 public code bases; types inferred.
CREATE TABLE `village_student_vaccine_list` (
  `village_student_vaccine_list_id` int(11) NOT NULL,
  `village_student_vaccine_id` int(11) DEFAULT NULL,
  `student_vaccine_id` int(11) DEFAULT NULL,
  `vaccine_lotno` varchar(50) DEFAULT NULL,
  `vaccine_expire_date` date DEFAULT NULL,
  `doctor_code` varchar(15) DEFAULT NULL,
  PRIMARY KEY (`village_student_vaccine_list_id`),
  KEY `ix_village_student_vaccine_list_village_student_vaccine_id` (`village_student_vaccine_id`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [student_vaccine] B. School vaccine master. Named in 3 public code bases; types inferred.
CREATE TABLE `student_vaccine` (
  `student_vaccine_id` int(11) NOT NULL,
  `student_vaccine_name` varchar(150) DEFAULT NULL,
  `export_vaccine_code` varchar(10) DEFAULT NULL,
  PRIMARY KEY (`student_vaccine_id`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [person_anc] B. Pregnancy register (only what vaccines need). Named in 3 public code bases; types inferred.
CREATE TABLE `person_anc` (
  `person_anc_id` int(11) NOT NULL,
  `person_id` int(11) DEFAULT NULL,
  `preg_no` int(11) DEFAULT NULL,
  `last_update` datetime DEFAULT NULL,
  PRIMARY KEY (`person_anc_id`),
  KEY `ix_person_anc_person_id` (`person_id`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [person_anc_service] B. ANC service. Named in 3 public code bases; types inferred.
CREATE TABLE `person_anc_service` (
  `person_anc_service_id` int(11) NOT NULL,
  `person_anc_id` int(11) DEFAULT NULL,
  `vn` varchar(13) DEFAULT NULL,
  `anc_service_date` date DEFAULT NULL,
  `anc_service_time` time DEFAULT NULL,
  `pa_week` int(11) DEFAULT NULL,
  PRIMARY KEY (`person_anc_service_id`),
  KEY `ix_person_anc_service_person_anc_id` (`person_anc_id`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [person_anc_service_detail] B. ANC service items, some are vaccines. Named in 3 public code bases; types inferred.
CREATE TABLE `person_anc_service_detail` (
  `person_anc_service_detail_id` int(11) NOT NULL,
  `person_anc_service_id` int(11) DEFAULT NULL,
  `anc_service_id` int(11) DEFAULT NULL,
  `vaccine_lotno` varchar(50) DEFAULT NULL,
  `vaccine_expire_date` date DEFAULT NULL,
  `anc_doctor_code` varchar(15) DEFAULT NULL,
  PRIMARY KEY (`person_anc_service_detail_id`),
  KEY `ix_person_anc_service_detail_person_anc_service_id` (`person_anc_service_id`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [anc_service] B. ANC item master. Named in 2 public code bases; types inferred.
CREATE TABLE `anc_service` (
  `anc_service_id` int(11) NOT NULL,
  `anc_service_name` varchar(150) DEFAULT NULL,
  `export_vaccine_code` varchar(10) DEFAULT NULL,          -- empty for non-vaccine services
  PRIMARY KEY (`anc_service_id`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [death] C. Hospital death record. Named in 10 public code bases; types inferred.
CREATE TABLE `death` (
  `hn` varchar(9) NOT NULL,
  `death_date` date DEFAULT NULL,
  `death_time` time DEFAULT NULL,
  `death_cause` varchar(250) DEFAULT NULL,
  `death_diag_1` varchar(6) DEFAULT NULL,
  `last_update` datetime DEFAULT NULL,
  PRIMARY KEY (`hn`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [person_death] B. Community death record. Named in 2 public code bases; types inferred.
CREATE TABLE `person_death` (
  `person_id` int(11) NOT NULL,
  `death_date` date DEFAULT NULL,
  `death_diag_1` varchar(6) DEFAULT NULL,
  PRIMARY KEY (`person_id`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [ipt] B. Admissions; needed to place IPD labs and to drop admitted visits. Named in 5 public code bases; types inferred.
CREATE TABLE `ipt` (
  `an` varchar(9) NOT NULL,
  `vn` varchar(13) DEFAULT NULL,
  `hn` varchar(9) DEFAULT NULL,
  `regdate` date DEFAULT NULL,
  `regtime` time DEFAULT NULL,
  `dchdate` date DEFAULT NULL,
  `dchtime` time DEFAULT NULL,
  `dchtype` varchar(2) DEFAULT NULL,
  `dchstts` varchar(2) DEFAULT NULL,
  `ward` varchar(4) DEFAULT NULL,
  `spclty` char(2) DEFAULT NULL,
  `pttype` char(2) DEFAULT NULL,
  `bw` double(15,3) DEFAULT NULL,                          -- GRAMS here, opdscreen.bw is kg
  `drg` varchar(5) DEFAULT NULL,
  `adjrw` double(15,4) DEFAULT NULL,
  `hos_guid` varchar(38) DEFAULT NULL,
  PRIMARY KEY (`an`),
  KEY `ix_ipt_vn` (`vn`),
  KEY `ix_ipt_hn` (`hn`),
  KEY `ix_ipt_regdate` (`regdate`),
  KEY `ix_ipt_dchdate` (`dchdate`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [iptdiag] C. Diagnoses of an admission; codes as in ovstdiag. an, icd10, diagtype, doctor and modify_datetime are named in many public code bases; ipt_diag_id and all types are inferred.
CREATE TABLE `iptdiag` (
  `ipt_diag_id` int(11) NOT NULL,
  `an` varchar(9) DEFAULT NULL,
  `icd10` varchar(9) DEFAULT NULL,
  `diagtype` char(1) DEFAULT NULL,
  `doctor` varchar(7) DEFAULT NULL,
  `modify_datetime` datetime DEFAULT NULL,
  PRIMARY KEY (`ipt_diag_id`),
  KEY `ix_iptdiag_an` (`an`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [pname] B. Prefix map. Named in 10 public code bases; types inferred.
CREATE TABLE `pname` (
  `name` varchar(25) NOT NULL,
  `provis_code` varchar(3) DEFAULT NULL,                   -- 43-file PRENAME
  `sex` char(1) DEFAULT NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [nationality] B. Nationality map. Named in 10 public code bases; types inferred.
CREATE TABLE `nationality` (
  `nationality` char(3) NOT NULL,
  `name` varchar(100) DEFAULT NULL,
  `nhso_code` varchar(3) DEFAULT NULL,                     -- 43-file NATION, 099 = Thai
  PRIMARY KEY (`nationality`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [thaiaddress] B. Address map. Named in 5 public code bases; types inferred.
CREATE TABLE `thaiaddress` (
  `addressid` varchar(6) NOT NULL,
  `name` varchar(100) DEFAULT NULL,
  `full_name` varchar(250) DEFAULT NULL,
  `chwpart` char(2) DEFAULT NULL,
  `amppart` char(2) DEFAULT NULL,
  `tmbpart` char(2) DEFAULT NULL,
  `codetype` char(1) DEFAULT NULL,                         -- 1 province, 2 district, 3 sub-district (inferred)
  `pocode` varchar(5) DEFAULT NULL,
  PRIMARY KEY (`addressid`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;

-- [hospcode] A. National facility list kept by the site. Named in 10 public code bases; types from a schema-derived model.
CREATE TABLE `hospcode` (
  `hospcode` char(5) NOT NULL,
  `name` varchar(150) DEFAULT NULL,
  `hosptype` varchar(50) DEFAULT NULL,
  `chwpart` char(2) DEFAULT NULL,
  `amppart` char(2) DEFAULT NULL,
  `tmbpart` char(2) DEFAULT NULL,
  PRIMARY KEY (`hospcode`)
) ENGINE=InnoDB DEFAULT CHARSET=tis620;
