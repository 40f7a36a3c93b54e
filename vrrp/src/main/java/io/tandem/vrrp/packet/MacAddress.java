// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import io.tandem.config.model.AddressFamily;
import java.util.HexFormat;

/**
 * An Ethernet address.
 *
 * @param value its 48 bits
 */
public record MacAddress(long value) {
    public static final int BYTES = 6;
    public static final MacAddress BROADCAST = new MacAddress(0xffff_ffff_ffffL);
    public static final MacAddress ZERO = new MacAddress(0);

    public MacAddress {
        if (value >>> 48 != 0) {
            throw new IllegalArgumentException("more than 48 bits: " + Long.toHexString(value));
        }
    }

    /** The virtual router's own address (RFC 9568 §7.3): {@code 00:00:5e:00:01:VRID}, with 02 for IPv6. */
    public static MacAddress ofVirtualRouter(AddressFamily family, int vrid) {
        return new MacAddress((family == AddressFamily.INET ? 0x5e_00_01_00L : 0x5e_00_02_00L) | vrid);
    }

    /** Reads six bytes. */
    public static MacAddress of(byte[] bytes, int offset) {
        long value = 0;
        for (int i = 0; i < BYTES; i++) {
            value = value << 8 | (bytes[offset + i] & 0xff);
        }
        return new MacAddress(value);
    }

    /** Reads {@code 00:00:5e:00:01:33}. */
    public static MacAddress parse(String text) {
        return of(HexFormat.ofDelimiter(":").parseHex(text), 0);
    }

    /** Its six bytes. */
    public byte[] bytes() {
        byte[] bytes = new byte[BYTES];
        write(bytes, 0);
        return bytes;
    }

    void write(byte[] bytes, int offset) {
        for (int i = 0; i < BYTES; i++) {
            bytes[offset + i] = (byte) (value >>> (8 * (BYTES - 1 - i)));
        }
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(17);
        for (int shift = 40; shift >= 0; shift -= 8) {
            text.append(Character.forDigit((int) (value >>> (shift + 4)) & 0xf, 16))
                    .append(Character.forDigit((int) (value >>> shift) & 0xf, 16))
                    .append(shift == 0 ? "" : ":");
        }
        return text.toString();
    }
}
