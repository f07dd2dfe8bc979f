DROP TRIGGER bank_match_beside_clearings
--;;
DROP TRIGGER bank_clearing_of_an_entry
--;;
DROP TRIGGER bank_match_is_settled
