-- JHCIS tables for tests (MySQL 5.6; listens on port 3333, database jhcisdb), MyISAM as on older sites.
-- Re-typed for this project from public evidence; not a vendor dump. Only the columns an
-- extract needs. A = types seen in a schema-derived model or listing (lengths of text
-- columns on visit*/c* tables partly inferred), B = names seen in 2+ independent code bases,
-- types inferred, C = thin evidence. "inferred" columns: probe information_schema first.
-- One database per health centre, yet several sub-units may share it, so always join on
-- the PAIRS (pcucode, visitno) and (pcucodeperson, pid), never on visitno or pid alone.
-- Indexes: only visit.vs_date and the primary keys of person, visit, visitdrug were seen, the rest
-- are assumed.

-- [office] B. Own facility. Skip the placeholder row whose offid starts 0000.
CREATE TABLE `office` (
  `offid` char(5) NOT NULL,
  `offtype` varchar(2) DEFAULT NULL,               -- inferred
  `provcode` varchar(2) DEFAULT NULL,              -- inferred
  `distcode` varchar(2) DEFAULT NULL,              -- inferred
  `subdistcode` varchar(2) DEFAULT NULL,           -- inferred
  PRIMARY KEY (`offid`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [chospital] B. National facility list.
CREATE TABLE `chospital` (
  `hoscode` varchar(9) NOT NULL,
  `hosname` varchar(255) DEFAULT NULL,
  `provcode` varchar(2) DEFAULT NULL,              -- inferred
  PRIMARY KEY (`hoscode`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [ctitle] A (schema-derived model).
CREATE TABLE `ctitle` (
  `titlecode` varchar(20) NOT NULL,                -- person.prename holds this code, sometimes the text itself
  `titlename` varchar(100) DEFAULT NULL,
  PRIMARY KEY (`titlecode`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [cright] B. Coverage list; mapright is the INSTYPE.
CREATE TABLE `cright` (
  `rightcode` varchar(4) NOT NULL,
  `rightname` varchar(255) DEFAULT NULL,
  `mapright` varchar(4) DEFAULT NULL,
  PRIMARY KEY (`rightcode`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [cnation] C.
CREATE TABLE `cnation` (
  `nationcode` varchar(3) NOT NULL,
  `nationname` varchar(100) DEFAULT NULL,
  PRIMARY KEY (`nationcode`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [person] A (schema-derived model + 5 query code bases). Key is the pair pcucodeperson + pid.
CREATE TABLE `person` (
  `pcucodeperson` char(5) NOT NULL,
  `pid` int(11) NOT NULL,                          -- doubles as HN
  `hcode` int(11) DEFAULT NULL,                    -- house key
  `prename` varchar(20) DEFAULT NULL,
  `fname` varchar(25) DEFAULT NULL,
  `lname` varchar(35) DEFAULT NULL,
  `birth` date DEFAULT NULL,                       -- AD; may be 0000-00-00
  `sex` varchar(1) DEFAULT NULL,
  `idcard` varchar(13) DEFAULT NULL,
  `passpotnumber` varchar(37) DEFAULT NULL,        -- sic
  `workpermitnumber` varchar(37) DEFAULT NULL,
  `bloodgroup` varchar(2) DEFAULT NULL,
  `bloodrh` varchar(1) DEFAULT NULL,
  `allergic` varchar(100) DEFAULT NULL,
  `marystatus` varchar(1) DEFAULT NULL,
  `educate` varchar(2) DEFAULT NULL,
  `occupa` varchar(4) DEFAULT NULL,
  `nation` varchar(3) DEFAULT NULL,
  `origin` varchar(3) DEFAULT NULL,                -- race
  `religion` varchar(2) DEFAULT NULL,
  `familyno` int(11) DEFAULT NULL,
  `familyposition` varchar(1) DEFAULT NULL,
  `typelive` varchar(1) DEFAULT NULL,              -- = TYPEAREA
  `datein` date DEFAULT NULL,
  `dischargetype` varchar(1) DEFAULT NULL,         -- 9 = still in the register
  `dischargedate` date DEFAULT NULL,
  `father` varchar(257) DEFAULT NULL,
  `fatherid` varchar(13) DEFAULT NULL,
  `mother` varchar(257) DEFAULT NULL,
  `motherid` varchar(13) DEFAULT NULL,
  `mate` varchar(257) DEFAULT NULL,
  `mateid` varchar(13) DEFAULT NULL,
  `rightcode` varchar(4) DEFAULT NULL,
  `rightno` varchar(18) DEFAULT NULL,
  `hosmain` varchar(9) DEFAULT NULL,
  `hossub` varchar(9) DEFAULT NULL,
  `dateregis` date DEFAULT NULL,
  `datestart` date DEFAULT NULL,
  `dateexpire` date DEFAULT NULL,
  `hnomoi` varchar(75) DEFAULT NULL,               -- address on the civil register
  `roadmoi` varchar(50) DEFAULT NULL,
  `mumoi` varchar(2) DEFAULT NULL,
  `subdistcodemoi` varchar(2) DEFAULT NULL,
  `distcodemoi` varchar(2) DEFAULT NULL,
  `provcodemoi` varchar(2) DEFAULT NULL,
  `postcodemoi` varchar(5) DEFAULT NULL,
  `telephoneperson` varchar(35) DEFAULT NULL,
  `mobile` varchar(35) DEFAULT NULL,               -- newer releases
  `persondisease` varchar(350) DEFAULT NULL,
  `dateupdate` datetime DEFAULT NULL,              -- incremental watermark
  `flag18fileexpo` varchar(1) DEFAULT NULL,
  PRIMARY KEY (`pcucodeperson`, `pid`),
  KEY `ix_person_idcard` (`idcard`),
  KEY `ix_person_dateupdate` (`dateupdate`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [persondeath] B.
CREATE TABLE `persondeath` (
  `pcucodeperson` char(5) NOT NULL,
  `pid` int(11) NOT NULL,
  `deaddate` date DEFAULT NULL,
  `deadcause` varchar(7) DEFAULT NULL,             -- inferred
  `dateupdate` datetime DEFAULT NULL,              -- inferred
  PRIMARY KEY (`pcucodeperson`, `pid`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [house] B. Only the keys an address join needs.
CREATE TABLE `house` (
  `pcucode` char(5) NOT NULL,
  `hcode` int(11) NOT NULL,
  `hno` varchar(75) DEFAULT NULL,
  `road` varchar(50) DEFAULT NULL,                 -- inferred
  `villcode` varchar(8) DEFAULT NULL,              -- province2 district2 subdistrict2 village2
  `xgis` varchar(20) DEFAULT NULL,
  `ygis` varchar(20) DEFAULT NULL,
  `dateupdate` datetime DEFAULT NULL,              -- inferred
  PRIMARY KEY (`pcucode`, `hcode`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [village] B. villcode positions 7-8 are the village number; 00 means outside the area.
CREATE TABLE `village` (
  `pcucode` char(5) NOT NULL,
  `villcode` varchar(8) NOT NULL,
  `villno` varchar(2) DEFAULT NULL,
  `villname` varchar(100) DEFAULT NULL,
  PRIMARY KEY (`pcucode`, `villcode`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [cdiseasechronic] B. Chronic disease groups; cdisease.codechronic joins groupcode.
CREATE TABLE `cdiseasechronic` (
  `groupcode` varchar(2) NOT NULL,
  `groupname` varchar(100) DEFAULT NULL,           -- column name inferred
  PRIMARY KEY (`groupcode`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [visit] A (types from a schema listing + 6 query code bases).
CREATE TABLE `visit` (
  `pcucode` char(5) NOT NULL,
  `visitno` int(11) NOT NULL,
  `visitdate` date DEFAULT NULL,
  `pcucodeperson` char(5) DEFAULT NULL,
  `pid` int(11) DEFAULT NULL,
  `timeservice` varchar(1) DEFAULT NULL,           -- 1 office hours, 2 outside
  `timestart` time DEFAULT NULL,
  `timeend` time DEFAULT NULL,
  `symptoms` text DEFAULT NULL,
  `symptomsco` text DEFAULT NULL,
  `vitalcheck` text DEFAULT NULL,
  `weight` decimal(5,1) DEFAULT NULL,
  `height` decimal(5,1) DEFAULT NULL,
  `pressure` varchar(7) DEFAULT NULL,              -- 'SBP/DBP' text
  `pressure2` varchar(7) DEFAULT NULL,             -- second reading
  `pressurelevel` varchar(2) DEFAULT NULL,
  `temperature` decimal(4,1) DEFAULT NULL,
  `pulse` int(11) DEFAULT NULL,
  `respri` int(11) DEFAULT NULL,
  `waist` decimal(5,1) DEFAULT NULL,
  `ass` decimal(5,1) DEFAULT NULL,                 -- hip
  `bmilevel` varchar(2) DEFAULT NULL,
  `rightcode` varchar(4) DEFAULT NULL,
  `rightno` varchar(18) DEFAULT NULL,
  `hosmain` varchar(9) DEFAULT NULL,
  `hossub` varchar(9) DEFAULT NULL,
  `refer` varchar(2) DEFAULT NULL,
  `refertohos` varchar(9) DEFAULT NULL,
  `receivefromhos` varchar(9) DEFAULT NULL,
  `numberrefer` varchar(20) DEFAULT NULL,
  `diagnote` text DEFAULT NULL,
  `healthsuggest1` text DEFAULT NULL,
  `money1` decimal(10,2) DEFAULT NULL,
  `username` varchar(50) DEFAULT NULL,             -- -> user.username
  `flagservice` varchar(2) DEFAULT NULL,           -- '03' finished; treat >= '04' as cancelled
  `dateupdate` datetime DEFAULT NULL,              -- incremental watermark
  `flag18fileexpo` varchar(1) DEFAULT NULL,
  PRIMARY KEY (`pcucode`, `visitno`),
  KEY `vs_date` (`visitdate`),
  KEY `ix_visit_pid` (`pid`),
  KEY `ix_visit_dateupdate` (`dateupdate`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [visitdiag] A.
CREATE TABLE `visitdiag` (
  `pcucode` char(5) NOT NULL,
  `visitno` int(11) NOT NULL,
  `diagcode` varchar(7) NOT NULL,                  -- ICD-10 WITH dot, e.g. E11.9
  `dxtype` varchar(2) DEFAULT NULL,                -- '01' principal
  `conti` varchar(1) DEFAULT NULL,
  `appointdate` date DEFAULT NULL,
  `clinic` varchar(5) DEFAULT NULL,
  `doctordiag` varchar(50) DEFAULT NULL,
  `dateupdate` datetime DEFAULT NULL,
  PRIMARY KEY (`pcucode`, `visitno`, `diagcode`),
  KEY `ix_visitdiag_diagcode` (`diagcode`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [cdisease] B.
CREATE TABLE `cdisease` (
  `diseasecode` varchar(7) NOT NULL,
  `diseasename` varchar(255) DEFAULT NULL,
  `diseasenamethai` varchar(255) DEFAULT NULL,
  `codechronic` varchar(2) DEFAULT NULL,
  PRIMARY KEY (`diseasecode`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [visitdrug] A. Has NO date of its own: join visit on pcucode + visitno.
CREATE TABLE `visitdrug` (
  `pcucode` char(5) NOT NULL,
  `visitno` int(11) NOT NULL,
  `drugcode` char(24) NOT NULL,                    -- -> cdrug.drugcode; local codes are mixed case
  `unit` int(11) DEFAULT NULL,                     -- QUANTITY, despite the name
  `dose` varchar(100) DEFAULT NULL,                -- directions text
  `clinic` varchar(5) DEFAULT NULL,
  `costprice` decimal(10,2) DEFAULT NULL,
  `realprice` decimal(10,2) DEFAULT NULL,
  `doctor1` varchar(50) DEFAULT NULL,
  `doctor2` varchar(50) DEFAULT NULL,
  `doctor3` varchar(50) DEFAULT NULL,
  `dentalcode` varchar(10) DEFAULT NULL,
  `dateupdate` datetime DEFAULT NULL,              -- unreliable, seen months behind
  PRIMARY KEY (`pcucode`, `visitno`, `drugcode`),
  KEY `ix_visitdrug_drugcode` (`drugcode`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [cdrug] A. Drugs, supplies, services AND vaccines in one list.
CREATE TABLE `cdrug` (
  `drugcode` char(24) NOT NULL,
  `drugname` varchar(255) DEFAULT NULL,
  `drugnamethai` varchar(255) DEFAULT NULL,
  `druggenericname` varchar(255) DEFAULT NULL,
  `drugtype` varchar(2) DEFAULT NULL,              -- 01 modern, 02 service, 05 vaccine, 10 herbal ...
  `drugtypesub` varchar(2) DEFAULT NULL,
  `drugflag` varchar(1) DEFAULT NULL,              -- 1 active, 2 off
  `cost` decimal(10,2) DEFAULT NULL,
  `sell` decimal(10,2) DEFAULT NULL,
  `unitsell` varchar(3) DEFAULT NULL,              -- -> cdrugunitsell
  `unitusage` varchar(50) DEFAULT NULL,
  `drugcode24` varchar(24) DEFAULT NULL,           -- 24-digit standard code
  `tmtcode` varchar(10) DEFAULT NULL,
  `files18epi` varchar(6) DEFAULT NULL,            -- 43-file VACCINETYPE for vaccine rows
  `drugproperties` varchar(255) DEFAULT NULL,
  `chargeitem` varchar(2) DEFAULT NULL,
  `tcode` varchar(10) DEFAULT NULL,
  `antibio` varchar(1) DEFAULT NULL,
  `nationaccount` varchar(2) DEFAULT NULL,
  PRIMARY KEY (`drugcode`),
  KEY `ix_cdrug_drugtype` (`drugtype`),
  KEY `ix_cdrug_files18epi` (`files18epi`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [cdrugunitsell] B.
CREATE TABLE `cdrugunitsell` (
  `unitsellcode` varchar(3) NOT NULL,
  `unitsellname` varchar(50) DEFAULT NULL,
  PRIMARY KEY (`unitsellcode`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [visitlabchcyhembmsse] B. All blood chemistry / haematology / serology results.
CREATE TABLE `visitlabchcyhembmsse` (
  `pcucode` char(5) NOT NULL,
  `visitno` int(11) NOT NULL,
  `pcucodeperson` char(5) DEFAULT NULL,
  `pid` int(11) DEFAULT NULL,
  `seqonday` int(11) NOT NULL,
  `datecheck` date DEFAULT NULL,
  `labcode` varchar(10) NOT NULL,
  `labresultdigit` decimal(10,2) DEFAULT NULL,     -- numeric result
  `labresulttext` varchar(255) DEFAULT NULL,       -- text result
  `specimen` varchar(5) DEFAULT NULL,
  `datesend` date DEFAULT NULL,
  `dateresult` date DEFAULT NULL,
  `hosservice` varchar(9) DEFAULT NULL,            -- lab that did the test
  `sell` decimal(10,2) DEFAULT NULL,
  `dateupdate` datetime DEFAULT NULL,
  `flag18fileexpo` varchar(1) DEFAULT NULL,
  PRIMARY KEY (`pcucode`, `visitno`, `labcode`, `seqonday`),
  KEY `ix_visitlabchcyhembmsse_datecheck` (`datecheck`),
  KEY `ix_visitlabchcyhembmsse_labcode` (`labcode`),
  KEY `ix_visitlabchcyhembmsse_dateupdate` (`dateupdate`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [clabchcyhembmsse] B. Lab list: CH99 HbA1c, CH07 chol, CH09 creatinine, CH11X0 DTX, CH14 HDL, CH17 LDL, CH25 TG, CH04 BUN ...
CREATE TABLE `clabchcyhembmsse` (
  `labcode` varchar(10) NOT NULL,
  `labname` varchar(255) DEFAULT NULL,
  `minstdm` decimal(10,2) DEFAULT NULL,
  `stdm` decimal(10,2) DEFAULT NULL,
  `minstdf` decimal(10,2) DEFAULT NULL,
  `stdf` decimal(10,2) DEFAULT NULL,               -- inferred
  `unit` varchar(50) DEFAULT NULL,                 -- inferred
  `labprice` decimal(10,2) DEFAULT NULL,
  `map43` varchar(7) DEFAULT NULL,                 -- inferred; LABTEST code, name varies by release
  PRIMARY KEY (`labcode`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [visitlabsugarblood] B. Finger-stick sugar.
CREATE TABLE `visitlabsugarblood` (
  `pcucode` char(5) NOT NULL,
  `visitno` int(11) NOT NULL,
  `sugarnumdigit` int(11) DEFAULT NULL,
  `foodsuspend` varchar(1) DEFAULT NULL,           -- fasting flag
  `interviewres` varchar(255) DEFAULT NULL,
  `dateupdate` datetime DEFAULT NULL,              -- inferred
  PRIMARY KEY (`pcucode`, `visitno`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [visitepi] A. Doses given (also used for doses given elsewhere, see hosservice).
CREATE TABLE `visitepi` (
  `pcucode` char(5) NOT NULL,
  `visitno` int(11) NOT NULL,
  `pcucodeperson` char(5) DEFAULT NULL,
  `pid` int(11) DEFAULT NULL,
  `dateepi` date DEFAULT NULL,
  `vaccinecode` varchar(24) NOT NULL,              -- -> cdrug.drugcode -> files18epi
  `lotno` varchar(50) DEFAULT NULL,
  `datevacineexpire` date DEFAULT NULL,            -- sic
  `hosservice` varchar(9) DEFAULT NULL,
  `dateupdate` datetime DEFAULT NULL,
  PRIMARY KEY (`pcucode`, `visitno`, `vaccinecode`),
  KEY `ix_visitepi_pid` (`pid`),
  KEY `ix_visitepi_dateepi` (`dateepi`),
  KEY `ix_visitepi_dateupdate` (`dateupdate`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [visitepiappoint] B.
CREATE TABLE `visitepiappoint` (
  `pcucode` char(5) NOT NULL,
  `visitno` int(11) NOT NULL,
  `vaccinecode` varchar(24) NOT NULL,
  `dateappoint` date DEFAULT NULL,                 -- 0000-00-00 occurs
  PRIMARY KEY (`pcucode`, `visitno`, `vaccinecode`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [visitdiagappoint] B. Appointments.
CREATE TABLE `visitdiagappoint` (
  `pcucode` char(5) NOT NULL,
  `visitno` int(11) NOT NULL,
  `appodate` date NOT NULL,
  `appotype` varchar(2) NOT NULL,                  -- 1 drug ... 9 dental
  `diagcode` varchar(7) DEFAULT NULL,
  `comment` varchar(255) DEFAULT NULL,             -- newer releases; type inferred
  `dateupdate` datetime DEFAULT NULL,              -- inferred
  PRIMARY KEY (`pcucode`, `visitno`, `appodate`, `appotype`),
  KEY `ix_visitdiagappoint_appodate` (`appodate`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [personchronic] A. Chronic registry.
CREATE TABLE `personchronic` (
  `pcucodeperson` char(5) NOT NULL,
  `pid` int(11) NOT NULL,
  `chroniccode` varchar(7) NOT NULL,               -- ICD-10
  `datefirstdiag` date DEFAULT NULL,
  `datedxfirst` date DEFAULT NULL,
  `chronicclinic` varchar(10) DEFAULT NULL,
  `chronictype` varchar(2) DEFAULT NULL,
  `datedischart` date DEFAULT NULL,                -- sic
  `typedischart` varchar(2) DEFAULT NULL,          -- sic; = 43-file TYPEDISCH, 03 = under treatment; 01,02,07,10 are left out by most reports
  `cup` varchar(9) DEFAULT NULL,                   -- inferred type; treating hospital
  `behaviorrisk` varchar(255) DEFAULT NULL,
  `dateupdate` datetime DEFAULT NULL,
  PRIMARY KEY (`pcucodeperson`, `pid`, `chroniccode`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [personalergic] A. Drug allergies (sic alergic).
CREATE TABLE `personalergic` (
  `pcucodeperson` char(5) NOT NULL,
  `pid` int(11) NOT NULL,
  `drugcode` char(24) NOT NULL,
  `daterecord` date DEFAULT NULL,
  `typedx` varchar(1) DEFAULT NULL,
  `levelalergic` varchar(1) DEFAULT NULL,
  `symptom` varchar(2) DEFAULT NULL,
  `allergicsymtomps` varchar(255) DEFAULT NULL,
  `informant` varchar(1) DEFAULT NULL,
  `informhosp` varchar(9) DEFAULT NULL,
  `remark` varchar(255) DEFAULT NULL,
  `dateupdate` datetime DEFAULT NULL,
  PRIMARY KEY (`pcucodeperson`, `pid`, `drugcode`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [cdrugallergysymtom] B.
CREATE TABLE `cdrugallergysymtom` (
  `symtomcode` varchar(2) NOT NULL,
  `symtomname` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`symtomcode`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [user] B. Staff. Password column exists and is left out on purpose.
CREATE TABLE `user` (
  `username` varchar(50) NOT NULL,
  `idcard` varchar(13) DEFAULT NULL,
  `prename` varchar(20) DEFAULT NULL,
  `fname` varchar(50) DEFAULT NULL,
  `lname` varchar(50) DEFAULT NULL,
  `licenseno` varchar(50) DEFAULT NULL,            -- also seen: noofoccupation
  `noofoccupation` varchar(50) DEFAULT NULL,
  `council` varchar(2) DEFAULT NULL,
  `officerposition` varchar(50) DEFAULT NULL,
  `usersex` varchar(1) DEFAULT NULL,
  `userbirth` date DEFAULT NULL,
  `dateworkhere` date DEFAULT NULL,
  `datemovehere` date DEFAULT NULL,
  `pcucodemovefrom` varchar(9) DEFAULT NULL,
  `pcucodemoveto` varchar(9) DEFAULT NULL,
  `dateupdate` datetime DEFAULT NULL,
  PRIMARY KEY (`username`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [ncd_person_ncd_screen] B. NCD screening.
CREATE TABLE `ncd_person_ncd_screen` (
  `pcucode` char(5) NOT NULL,
  `pid` int(11) NOT NULL,
  `no` int(11) NOT NULL,                           -- key shape inferred
  `visitno` int(11) DEFAULT NULL,                  -- inferred
  `screen_date` date DEFAULT NULL,
  `hbp_s1` int(11) DEFAULT NULL,
  `hbp_d1` int(11) DEFAULT NULL,
  `hbp_s2` int(11) DEFAULT NULL,
  `hbp_d2` int(11) DEFAULT NULL,
  `bsl` int(11) DEFAULT NULL,
  `bstest` varchar(1) DEFAULT NULL,                -- inferred
  `dateupdate` datetime DEFAULT NULL,              -- inferred
  PRIMARY KEY (`pcucode`, `pid`, `no`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

-- [cprovince], [cdistrict], [csubdistrict] B. Names of places; types inferred.
CREATE TABLE `cprovince` (
  `provcode` varchar(2) NOT NULL,
  `provname` varchar(100) DEFAULT NULL,
  PRIMARY KEY (`provcode`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

CREATE TABLE `cdistrict` (
  `provcode` varchar(2) NOT NULL,
  `distcode` varchar(2) NOT NULL,
  `distname` varchar(100) DEFAULT NULL,
  PRIMARY KEY (`provcode`, `distcode`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

CREATE TABLE `csubdistrict` (
  `provcode` varchar(2) NOT NULL,
  `distcode` varchar(2) NOT NULL,
  `subdistcode` varchar(2) NOT NULL,
  `subdistname` varchar(100) DEFAULT NULL,
  PRIMARY KEY (`provcode`, `distcode`, `subdistcode`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;
