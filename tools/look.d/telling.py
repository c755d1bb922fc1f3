"""What people tell in the journeys; the odd words are looked for afterwards."""

from pathlib import Path

# With all that a text may hold.
ACCOUNT = ("My neighbour \"Brackwillow\" shouts at me every day 😟👩‍👧\n"
           "He said: 'go away', & \\ <b>worse</b>.\n\nيصرخ في وجهي كل يوم في شارع طومباركو")
WHEN, WHERE = "since last quillember", "on the stairs of Grunwelt House"
CONTACT = "Only after 18:00 – never say Ondrejka's name"
CONTACT_ANEW = "Never on a Monday 🚫, never by Farnoculm"
DETAIL = "Dari, a little Turkmenish"
ANSWER = "We believe you. 🌿\nCan you come on \"Thrimblesday\"? نحن معك"
EXPLANATION = "We look for a room at Larkhollow."
MORE = "Yes, I can come 🙏\nThank you, \"Wren\" – شكراً"
NOTE = "A lost blue bag on tram Vellmarsh, nothing else."
CANARIES = ("Brackwillow", "quillember", "Grunwelt", "Ondrejka", "Turkmenish", "Thrimblesday",
            "Larkhollow", "Vellmarsh", "Farnoculm", "طومباركو", "Kestrelmoor")
KINDS = {2: "02012", 10: "0209"}
PACKS = Path(__file__).resolve().parent.parent.parent / "Sources/Page/Site/guidance"
LONG = 90  # seconds that a way over three nodes may take
OTHER_CODE = "1234 5678 9012 3456 7890 1234 5627"
# Marks of direction, spaces and dashes that keyboards and programs for notes put between digits.
MARKS = "".join(map(chr, (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xA0,
                          0xAD, 0x2007, 0x202F, 0x2212, 0xFEFF)))
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
