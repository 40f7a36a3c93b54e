// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import io.tandem.node.socket.Endpoints;
import io.tandem.peers.table.KeyType;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Stick-table keys as text and back, as {@code show table} writes them. */
final class TableKeys {
    private TableKeys() {}

    /** The key's bytes, or null where the text is no key of that type. Never asks a name server. */
    static byte @Nullable [] parse(KeyType type, String text) {
        return switch (type) {
            case INTEGER -> integer(text);
            case IP -> text.matches("[0-9.]+") ? address(text, 4) : null;
            case IPV6 -> text.matches("[0-9a-fA-F.:]*:[0-9a-fA-F.:]*") ? address(text, 16) : null;
            case STRING -> text.getBytes(StandardCharsets.ISO_8859_1);
            case BINARY -> null;
        };
    }

    private static byte @Nullable [] integer(String text) {
        try {
            return ByteBuffer.allocate(4).putInt(Integer.parseUnsignedInt(text)).array();
        } catch (NumberFormatException notANumber) {
            return null;
        }
    }

    private static byte @Nullable [] address(String text, int length) {
        try {
            byte[] address = InetAddress.getByName(text).getAddress();
            return address.length == length ? address : null;
        } catch (UnknownHostException notAnAddress) {
            return null;
        }
    }

    static String text(KeyType type, byte[] key, int length) {
        return switch (type) {
            case INTEGER -> Integer.toUnsignedString(ByteBuffer.wrap(key).getInt());
            case IP, IPV6 -> ip(key, length);
            case STRING -> new String(key, 0, length, StandardCharsets.ISO_8859_1);
            case BINARY -> hex(key, length);
        };
    }

    private static String ip(byte[] key, int length) {
        try {
            return canonical(InetAddress.getByAddress(java.util.Arrays.copyOf(key, length)));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("address of " + length + " bytes", e);
        }
    }

    /** IPv6 with its longest run of zero groups left out (RFC 5952). */
    private static String canonical(InetAddress address) {
        byte[] b = address.getAddress();
        if (b.length == 4) {
            return Endpoints.text(address);
        }
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int j = i;
            while (j < 8 && b[2 * j] == 0 && b[2 * j + 1] == 0) {
                j++;
            }
            if (j - i > bestLength) {
                bestStart = i;
                bestLength = j - i;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                text.append("::");
                i += bestLength - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString((b[2 * i] & 0xFF) << 8 | (b[2 * i + 1] & 0xFF)));
        }
        return text.toString();
    }

    private static String hex(byte[] key, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(String.format("%02X", key[i]));
        }
        return text.toString();
    }
}
