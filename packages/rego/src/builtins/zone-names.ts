// SPDX-License-Identifier: Apache-2.0
/**
 * Letters of the IANA database that JavaScript does not know, or knows others for: minutes east of UTC and what they are
 * called, then the zones. A name with a sign is one the database has instead of letters.
 */
export const zoneNames = `
-540=HDT,-600=HST America/Adak America/Atka US/Aleutian
-420=MST America/Dawson America/Hermosillo America/Mazatlan America/Whitehorse Canada/Yukon Mexico/BajaSur
-240=CDT,-300=CST America/Havana Cuba
-150=NDT,-210=NST America/St_Johns Canada/Newfoundland
480=+08 Antarctica/Casey
0=+00 Antarctica/Troll
480=CST Asia/Chongqing Asia/Chungking Asia/Harbin Asia/Macao Asia/Macau Asia/Shanghai Asia/Taipei PRC ROC
330=+0530 Asia/Colombo
240=+04 Asia/Dubai Asia/Muscat
480=HKT Asia/Hong_Kong Hongkong
420=WIB Asia/Jakarta Asia/Pontianak
540=WIT Asia/Jayapura
120=IST,180=IDT Asia/Jerusalem Asia/Tel_Aviv Israel
300=PKT Asia/Karachi
480=WITA Asia/Makassar Asia/Ujung_Pandang
480=PST Asia/Manila
540=KST Asia/Pyongyang Asia/Seoul ROK
525=+0845 Australia/Eucla
630=+1030,660=+11 Australia/LHI Australia/Lord_Howe
0=GMT Etc/GMT GMT GMT+0 GMT-0 GMT0
60=BST Europe/Guernsey Europe/Isle_of_Man Europe/Jersey
180=MSK Europe/Kirov Europe/Moscow Europe/Simferopol Europe/Volgograd W-SU
120=MEST,60=MET MET
765=+1245,825=+1345 NZ-CHAT Pacific/Chatham
600=ChST Pacific/Guam Pacific/Saipan
-660=SST Pacific/Midway Pacific/Pago_Pago Pacific/Samoa US/Samoa
`;
