// Prints the events of the calendar on standard input as JSON, with their times in UTC.
// The tests use it to see what ical.js, which many calendar programs are built on, makes of a feed.

import { readFileSync } from "node:fs";
import ICAL from "../node_modules/ical.js/dist/ical.js";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf-8")));

for (const zone of calendar.getAllSubcomponents("vtimezone")) {
  ICAL.TimezoneService.register(zone);
}

const inUtc = (time) => (time.isDate ? time.toString() : time.toJSDate().toISOString());

const events = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return {
    uid: event.uid,
    sequence: event.sequence,
    starts_at: inUtc(event.startDate),
    ends_at: inUtc(event.endDate),
    summary: event.summary,
    description: event.description,
    location: event.location,
    organizer: event.organizer,
    status: component.getFirstPropertyValue("status"),
  };
});

console.log(JSON.stringify(events));
