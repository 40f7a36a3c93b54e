// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A domain name: its labels as a message carries them, in lower case and without the root behind them (RFC 1035 section
 * 3.1). Compared by its bytes.
 */
final class DomainName {
    static final int LONGEST_LABEL = 63;
    /** All labels with their lengths, and the root. */
    static final int LONGEST = 255;

    private final byte[] labels;

    private DomainName(byte[] labels) {
        this.labels = labels;
    }

    /** The name of labels that have been read from a message. */
    static DomainName ofLabels(byte[] labels) {
        return new DomainName(labels);
    }

    /** The name so written, a final dot allowed; null where it is none: only letters, digits, hyphens, underscores. */
    static @Nullable DomainName parse(String text) {
        String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        if (name.isEmpty() || name.length() > LONGEST - 2) {
            return null;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(name.length() + 1);
        for (String label : name.split("\\.", -1)) {
            if (label.isEmpty() || label.length() > LONGEST_LABEL) {
                return null;
            }
            out.write(label.length());
            for (int i = 0; i < label.length(); i++) {
                char c = label.charAt(i);
                boolean fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
                if (!fits && c != '-' && c != '_') {
                    return null;
                }
                out.write(lower(c));
            }
        }
        return new DomainName(out.toByteArray());
    }

    static int lower(int octet) {
        return octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet;
    }

    /** The labels, each behind its length, without the root. Not to be changed. */
    byte[] labels() {
        return labels;
    }

    /** As configurations write it, without a final dot. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < labels.length; at += labels[at] + 1) {
            if (at > 0) {
                text.append('.');
            }
            text.append(new String(labels, at + 1, labels[at], StandardCharsets.ISO_8859_1));
        }
        return text.toString();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DomainName name && Arrays.equals(labels, name.labels);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(labels);
    }
}
