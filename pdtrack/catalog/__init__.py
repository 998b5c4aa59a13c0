"""What is on offer: courses, their sessions, meetings, venues and topics."""
