// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import io.tandem.node.tls.verify.Der;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The name of a certificate's subject or issuer, in the forms in which HAProxy shows it. Immutable but for what is kept for
 * the next time; owned by one event loop.
 *
 * <pre>
 * Name  SEQUENCE { SET { SEQUENCE { type OBJECT IDENTIFIER, value string } … } … }
 * </pre>
 */
public final class DistinguishedName {
    private static final int UTF8_STRING = 0x0C;
    private static final int BMP_STRING = 0x1E;
    private static final int UNIVERSAL_STRING = 0x1C;

    /** OpenSSL's short names. */
    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("2.5.4.3", "CN"),
            Map.entry("2.5.4.4", "SN"),
            Map.entry("2.5.4.5", "serialNumber"),
            Map.entry("2.5.4.6", "C"),
            Map.entry("2.5.4.7", "L"),
            Map.entry("2.5.4.8", "ST"),
            Map.entry("2.5.4.9", "street"),
            Map.entry("2.5.4.10", "O"),
            Map.entry("2.5.4.11", "OU"),
            Map.entry("2.5.4.12", "title"),
            Map.entry("2.5.4.13", "description"),
            Map.entry("2.5.4.15", "businessCategory"),
            Map.entry("2.5.4.16", "postalAddress"),
            Map.entry("2.5.4.17", "postalCode"),
            Map.entry("2.5.4.20", "telephoneNumber"),
            Map.entry("2.5.4.41", "name"),
            Map.entry("2.5.4.42", "GN"),
            Map.entry("2.5.4.43", "initials"),
            Map.entry("2.5.4.44", "generationQualifier"),
            Map.entry("2.5.4.45", "x500UniqueIdentifier"),
            Map.entry("2.5.4.46", "dnQualifier"),
            Map.entry("2.5.4.65", "pseudonym"),
            Map.entry("2.5.4.97", "organizationIdentifier"),
            Map.entry("1.2.840.113549.1.9.1", "emailAddress"),
            Map.entry("1.2.840.113549.1.9.2", "unstructuredName"),
            Map.entry("0.9.2342.19200300.100.1.1", "UID"),
            Map.entry("0.9.2342.19200300.100.1.25", "DC"),
            Map.entry("1.3.6.1.4.1.311.60.2.1.1", "jurisdictionL"),
            Map.entry("1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST"),
            Map.entry("1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC"));

    /** @param group which set it is in: several of one set are joined by {@code +} */
    private record Entry(int group, String type, boolean known, int tag, byte[] value, byte[] whole) {}

    private final List<Entry> entries = new ArrayList<>();
    private byte @Nullable [] slashed;
    private byte @Nullable [] rfc2253;

    /** @param encoded DER; what cannot be read of it is left out */
    public DistinguishedName(byte[] encoded) {
        Der name = new Der(encoded);
        if (!name.next(Der.SEQUENCE)) {
            return;
        }
        Der sets = name.inside();
        for (int group = 0; sets.next(); group++) {
            Der set = sets.inside();
            while (set.next()) {
                Der pair = set.inside();
                if (pair.next(Der.OBJECT_IDENTIFIER)) {
                    String type = identifier(pair.content());
                    if (pair.next()) {
                        entries.add(new Entry(
                                group,
                                TYPES.getOrDefault(type, type),
                                TYPES.containsKey(type),
                                pair.tag(),
                                pair.content(),
                                pair.element()));
                    }
                }
            }
        }
    }

    private static String identifier(byte[] content) {
        StringBuilder text = new StringBuilder();
        long part = 0;
        for (int i = 0; i < content.length; i++) {
            part = (part << 7 | (content[i] & 0x7F)) & Long.MAX_VALUE;
            if (content[i] >= 0) {
                if (text.isEmpty()) {
                    long first = Math.min(2, part / 40);
                    text.append(first).append('.').append(part - first * 40);
                } else {
                    text.append('.').append(part);
                }
                part = 0;
            }
        }
        return text.toString();
    }

    /** {@code /C=FR/O=Lab/CN=client}; not to be changed. */
    public byte[] slashed() {
        byte[] known = slashed;
        if (known == null) {
            StringBuilder text = new StringBuilder();
            for (Entry entry : entries) {
                text.append('/')
                        .append(entry.type)
                        .append('=')
                        .append(new String(entry.value, StandardCharsets.ISO_8859_1));
            }
            known = text.toString().getBytes(StandardCharsets.ISO_8859_1);
            slashed = known;
        }
        return known;
    }

    /** {@code CN=client,O=Lab,C=FR} (RFC 2253); not to be changed. */
    public byte[] rfc2253() {
        byte[] known = rfc2253;
        if (known == null) {
            StringBuilder text = new StringBuilder();
            int group = -1;
            for (int i = entries.size() - 1; i >= 0; i--) {
                Entry entry = entries.get(i);
                if (!text.isEmpty()) {
                    text.append(entry.group == group ? '+' : ',');
                }
                group = entry.group;
                text.append(entry.type).append('=');
                append(text, entry);
            }
            known = text.toString().getBytes(StandardCharsets.ISO_8859_1);
            rfc2253 = known;
        }
        return known;
    }

    private static void append(StringBuilder text, Entry entry) {
        if (!entry.known) {
            text.append('#');
            for (byte b : entry.whole) {
                text.append(String.format(Locale.ROOT, "%02X", b));
            }
            return;
        }
        byte[] utf8 = utf8(entry);
        for (int i = 0; i < utf8.length; i++) {
            int c = utf8[i] & 0xFF;
            boolean edge = (i == 0 && (c == ' ' || c == '#')) || (i == utf8.length - 1 && c == ' ');
            if (c < 0x20 || c >= 0x7F) {
                text.append(String.format(Locale.ROOT, "\\%02X", c));
            } else if (edge || ",+\"\\<>;".indexOf(c) >= 0) {
                text.append('\\').append((char) c);
            } else {
                text.append((char) c);
            }
        }
    }

    private static byte[] utf8(Entry entry) {
        return switch (entry.tag) {
            case UTF8_STRING -> entry.value;
            case BMP_STRING -> new String(entry.value, StandardCharsets.UTF_16BE).getBytes(StandardCharsets.UTF_8);
            case UNIVERSAL_STRING ->
                new String(entry.value, java.nio.charset.Charset.forName("UTF-32BE")).getBytes(StandardCharsets.UTF_8);
            default -> new String(entry.value, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.UTF_8);
        };
    }

    /**
     * The value of a field.
     *
     * @param type its short name, in any case
     * @param occurrence 1 for the first, -1 for the last
     * @return null where there is none; not to be changed
     */
    public byte @Nullable [] field(String type, int occurrence) {
        int left = Math.abs(occurrence);
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(occurrence > 0 ? i : entries.size() - 1 - i);
            if (entry.type.equalsIgnoreCase(type) && --left == 0) {
                return entry.value;
            }
        }
        return null;
    }
}
