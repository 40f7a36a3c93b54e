// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

import io.tandem.node.language.Arguments;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the arguments of {@code option forwardfor} and {@code option originalto}. */
final class AddressFieldLine {
    private AddressFieldLine() {}

    /**
     * Reads to the line's end.
     *
     * @param option the word behind {@code option}
     * @param field the field's name where the line gives none, in lower case
     */
    static AddressField read(Arguments line, String option, String field, boolean takesIfNone) {
        String name = field;
        AddressField.@Nullable Network except = null; // of several the last one holds, as with HAProxy
        boolean ifNone = false;
        while (line.hasNext()) {
            String word = line.next();
            if (word.equals("except")) {
                String syntax = "'option " + option + " except' expects <address>[/mask] as argument.";
                String network = line.require(syntax).text();
                int slash = network.indexOf('/');
                byte[] address = literal(slash < 0 ? network : network.substring(0, slash));
                int bits = address == null ? -1 : prefix(network, slash, address.length * 8);
                if (address == null || bits < 0) {
                    throw line.error(syntax);
                }
                except = new AddressField.Network(address, bits);
            } else if (word.equals("header")) {
                name = line.require("'option " + option + " header' expects <header_name> as argument.")
                        .text()
                        .toLowerCase(Locale.ROOT);
            } else if (word.equals("if-none") && takesIfNone) {
                ifNone = true;
            } else {
                throw line.error("'option " + option + "' only supports optional values: "
                        + (takesIfNone ? "'except', 'header' and 'if-none'." : "'except' and 'header'."));
            }
        }
        return new AddressField(name.getBytes(StandardCharsets.US_ASCII), except, ifNone);
    }

    /** The bits of a mask, written as a number or, for IPv4, as an address; -1 if it is neither. */
    private static int prefix(String network, int slash, int all) {
        if (slash < 0) {
            return all;
        }
        String mask = network.substring(slash + 1);
        if (mask.matches("[0-9]{1,3}")) {
            int bits = Integer.parseInt(mask);
            return bits <= all ? bits : -1;
        }
        byte[] address = literal(mask);
        if (address == null || address.length * 8 != all) {
            return -1;
        }
        int bits = 0;
        while (bits < all && (address[bits >> 3] & 0x80 >> (bits & 7)) != 0) {
            bits++;
        }
        return bits;
    }

    private static byte @Nullable [] literal(String text) {
        if (!text.matches("[0-9]+\\.[0-9]+\\.[0-9]+\\.[0-9]+") && text.indexOf(':') < 0) {
            return null;
        }
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException notAnAddress) {
            return null;
        }
    }
}
