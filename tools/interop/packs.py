"""A pack of guidance to try clients with, with every entry there is."""

from typing import Any

PACK: dict[int, Any] = {
    1: "Help around the harbour",
    2: 20700,
    3: "ES",
    4: "The harbour and the old town",
    5: [
        {1: "rights", 2: "Your rights", 3: ["You may bring somebody.", {2: ["Be heard.", "Ask."]}]},
        {1: "traces", 2: "A watched phone", 3: [{1: ["Use another phone.", "Then call."]}]},
    ],
    6: [
        {1: "emergency", 2: "Emergency", 4: ["112"], 9: True, 11: True},
        {
            **{1: "helpline", 2: "Helpline", 3: "They listen. Größe, 見て.", 4: ["+34 600 000 000"]},
            **{5: "https://help.example/for-you?l=en", 6: "9 to 21", 7: ["en", "pt-br"]},
            **{8: [1, 6], 9: False, 10: "They do not see your number."},
        },
    ],
    7: [
        {
            **{1: "safe", 2: "Are you safe right now?", 4: "Nobody sees your answer."},
            3: [{1: "yes", 2: "Yes"}, {1: "no", 2: "No"}],
        },
    ],
    8: [
        {
            **{1: "urgent", 2: 1},
            3: [{1: [["safe", ["no"]]], 2: ["helpline", "rights"]}, {3: ["helpline"], 4: ["rights"]}],
        },
        {1: "more", 2: 2, 3: [{1: [[1, [4, 5]]], 3: ["traces"]}, {1: [[2, [6]]], 2: ["rights"]}]},
    ],
}
