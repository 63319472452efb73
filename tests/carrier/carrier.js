// A mobile network in a test: takes messages over SMPP, reports on them, and lets a mobile send one.
// Writes a line of JSON for each message that it took; reads a line of JSON for each that a mobile sends.
"use strict";
const smpp = require("smpp");
const readline = require("readline");

const UCS2 = 8;
const RECEIPT = 4;
const GONE = /0001$/; // a mobile whose number ends so is never reached
let taken = 0;
let gateway = null;

function receipt(session, pdu, id) {
  const stat = GONE.test(pdu.destination_addr) ? "UNDELIV" : "DELIVRD";
  const text = `id:${id} sub:001 dlvrd:001 submit date:2611231000 done date:2611231000 stat:${stat} err:000 text:`;
  session.deliver_sm({
    source_addr: pdu.destination_addr,
    destination_addr: pdu.source_addr,
    esm_class: RECEIPT,
    short_message: { message: text },
  });
}

const server = smpp.createServer({}, (session) => {
  session.on("error", () => {});
  session.on("bind_transceiver", (pdu) => {
    gateway = session;
    session.send(pdu.response());
    console.log(JSON.stringify({ bound: true }));
  });
  session.on("enquire_link", (pdu) => session.send(pdu.response()));
  session.on("submit_sm", (pdu) => {
    const id = String(++taken);
    const parts = pdu.short_message;
    const udh = (parts.udh || []).map((part) => Buffer.from(part).toString("hex"));
    console.log(JSON.stringify({ to: pdu.destination_addr, coding: pdu.data_coding, udh, text: parts.message }));
    session.send(pdu.response({ message_id: id }));
    if (pdu.registered_delivery) setTimeout(() => receipt(session, pdu, id), 20);
  });
});

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { from, text } = JSON.parse(line);
  gateway.deliver_sm({
    source_addr: from,
    destination_addr: "12315",
    data_coding: UCS2,
    short_message: { message: text },
  });
});

server.listen(Number(process.argv[2]), "127.0.0.1", () => console.log(JSON.stringify({ listening: true })));
