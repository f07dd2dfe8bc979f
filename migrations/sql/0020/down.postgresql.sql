DROP TRIGGER bank_match_within_beside ON bank_match
--;;
DROP FUNCTION bank_match_beside()
--;;
DROP TRIGGER bank_clearing_of_an_entry ON bank_clearing
--;;
DROP FUNCTION bank_clearing_entry()
--;;
DROP FUNCTION bank_entry_seen(bigint, text, bigint)
--;;
DROP TRIGGER bank_match_is_settled ON bank_match
--;;
DROP FUNCTION bank_match_settled()
