"""The signed code: what the server signs for a day, what the phone signs for a minute, and how a gate reads both offline.

    unreadable, cbor, cose, envelope   bytes and text, with one canonical reading or a refusal
    colour, credential, place          what is said; `claims` writes it into the signed bytes and reads it back
    keys, key_folder, trust, changes   who may sign, and the two small files that a gate holds
    reading, judging, verify, seen     a scanned text becomes a verdict; `verdict` has the words for the guard
    phone, paper                       what a phone signs each minute; what is printed

`docs/signed-codes.md` writes down every byte.
"""
