"""What is planted in every place that a format has for words; none may be in what comes out."""

SECRETS = [b"Secretstreet 7", b"Kodakobert X9000", b"2021:03:04 05:06:07", b"Emilia Planted",
           b"hidden-xmp-packet", b"PlantedEncoder"]
WHERE, CAMERA, WHEN, WHO, PACKET, PROGRAM = SECRETS
