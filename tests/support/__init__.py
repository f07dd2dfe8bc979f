"""What the tests stand on: stores, application, clients, mailbox, browser."""
