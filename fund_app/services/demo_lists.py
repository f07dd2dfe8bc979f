"""Small made-up lists in the four official formats: every name, number and date is invented."""

from __future__ import annotations

EU = """<?xml version="1.0" encoding="UTF-8"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="{day}T10:15:00.000+02:00" \
globalFileId="{number}">
  <sanctionEntity designationDetails="" unitedNationId="" euReferenceNumber="EU.90001.1" \
logicalId="900011">
    <regulation regulationType="amendment" numberTitle="2099/1 (MADE UP)"/>
    <subjectType code="person" classificationCode="P"/>
    <nameAlias firstName="Arkadi" middleName="" lastName="Morozko-Test" \
wholeName="Arkadi Morozko-Test" strong="true"/>
    <nameAlias firstName="" middleName="" lastName="" wholeName="Аркадий Морозко-Тест" \
strong="true"/>
    <birthdate circa="false" calendarType="GREGORIAN" city="Nowhere" year="1961" \
birthdate="1961-02-03"/>
  </sanctionEntity>
  <sanctionEntity euReferenceNumber="EU.90002.4" logicalId="900024">
    <subjectType code="enterprise" classificationCode="E"/>
    <nameAlias wholeName="Vydumka Trading House LLC" strong="true"/>
  </sanctionEntity>{more}
</export>
"""
"""The EU's consolidated list of financial sanctions; `day`, `number` and `more` are filled in."""

EU_MORE = """
  <sanctionEntity euReferenceNumber="EU.90003.7" logicalId="900037">
    <subjectType code="person" classificationCode="P"/>
    <nameAlias wholeName="Olga Nebylova-Test" strong="true"/>
  </sanctionEntity>"""
"""One more entry, of the later version."""

UN = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
dateGenerated="2026-05-04T09:00:01.101Z">
  <INDIVIDUALS>
    <INDIVIDUAL>
      <DATAID>9900001</DATAID><VERSIONNUM>1</VERSIONNUM>
      <FIRST_NAME>KASIMIR</FIRST_NAME><SECOND_NAME>VON</SECOND_NAME>
      <THIRD_NAME>ERFUNDEN</THIRD_NAME>
      <UN_LIST_TYPE>Made up</UN_LIST_TYPE><REFERENCE_NUMBER>XXi.001</REFERENCE_NUMBER>
      <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Kazimir Erfundow</ALIAS_NAME>
      </INDIVIDUAL_ALIAS>
      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><YEAR>1970</YEAR>
      </INDIVIDUAL_DATE_OF_BIRTH>
    </INDIVIDUAL>
  </INDIVIDUALS>
  <ENTITIES>
    <ENTITY>
      <DATAID>9900002</DATAID><FIRST_NAME>INVENTED RELIEF SOCIETY</FIRST_NAME>
      <REFERENCE_NUMBER>XXe.002</REFERENCE_NUMBER>
      <ENTITY_ALIAS><ALIAS_NAME>IRS Made Up</ALIAS_NAME></ENTITY_ALIAS>
    </ENTITY>
  </ENTITIES>
</CONSOLIDATED_LIST>
"""

OFAC = """<?xml version="1.0" standalone="yes"?>
<sdnList xmlns="http://tempuri.org/sdnList.xsd">
  <publshInformation>
    <Publish_Date>05/20/2026</Publish_Date><Record_Count>1</Record_Count>
  </publshInformation>
  <sdnEntry>
    <uid>99001</uid><firstName>Bertold</firstName><lastName>FICTIVUS</lastName>
    <sdnType>Individual</sdnType><programList><program>MADE-UP</program></programList>
    <akaList>
      <aka><uid>1</uid><type>a.k.a.</type><category>strong</category>
        <lastName>FIKTIVOV</lastName><firstName>Bertolt</firstName></aka>
    </akaList>
    <dateOfBirthList>
      <dateOfBirthItem><uid>2</uid><dateOfBirth>07 Mar 1958</dateOfBirth><mainEntry>true</mainEntry>
      </dateOfBirthItem>
    </dateOfBirthList>
  </sdnEntry>
</sdnList>
"""

UK = """Last Updated,02/06/2026
Name 6,Name 1,Name 2,Name 3,Name 4,Name 5,Title,Name Non-Latin Script,DOB,Group Type,Alias Type,\
Regime,Listed On,Last Updated,Group ID
IMAGINOVA,Zlata,,,,,,Злата Имажинова,11/05/1980,Individual,Primary name,Made up,01/06/2026,\
01/06/2026,99901
IMAGINOFF,Slata,,,,,,,11/05/1980,Individual,AKA,Made up,01/06/2026,01/06/2026,99901
NOTHING AND NOWHERE LTD,,,,,,,,,Entity,Primary name,Made up,01/06/2026,01/06/2026,99902
"""


def eu(day: str, number: str = "990001", *, more: bool = False) -> bytes:
    """Return the EU's list of a day (ISO), with one more entry in the later version."""
    return EU.format(day=day, number=number, more=EU_MORE if more else "").encode()


def every() -> tuple[bytes, ...]:
    """Return the four lists as the files they are."""
    return (eu("2026-05-01"), UN.encode(), OFAC.encode(), UK.encode())


LISTED_PAYEE = "Arkady Morozko Test"
"""Somebody in the demonstration whose name resembles an entry, written the other way."""
