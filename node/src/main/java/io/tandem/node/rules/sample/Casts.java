// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.frontend.http.Ascii;

/** Changes of type between one step of an expression and the next (HAProxy manual 7.3, the cast matrix). */
public final class Casts {
    private Casts() {}

    /** Whether a value declared as {@code from} may be handed to what wants {@code to}. */
    public static boolean possible(SampleType from, SampleType to) {
        if (from == to || from == SampleType.ANY || to == SampleType.ANY) {
            return true;
        }
        return switch (to) {
            case BOOLEAN ->
                from == SampleType.INTEGER
                        || from == SampleType.STRING
                        || from == SampleType.IPV4
                        || from == SampleType.ADDRESS;
            case INTEGER ->
                from == SampleType.BOOLEAN
                        || from == SampleType.IPV4
                        || from == SampleType.STRING
                        || from == SampleType.ADDRESS;
            case IPV4, IPV6, ADDRESS ->
                from == SampleType.IPV4
                        || from == SampleType.IPV6
                        || from == SampleType.ADDRESS
                        || from == SampleType.STRING
                        || from == SampleType.INTEGER;
            default -> true;
        };
    }

    /** Changes the type in place; false where this value cannot be one of {@code wanted}. */
    public static boolean cast(SampleType wanted, Scratch scratch, Sample sample) {
        if (sample.type == wanted) {
            return true;
        }
        return switch (wanted) {
            case ANY -> true;
            case BOOLEAN -> toBoolean(sample);
            case INTEGER -> toInteger(sample);
            case ADDRESS -> toAddress(scratch, sample);
            case IPV4 -> toAddress(scratch, sample) && toIpv4(sample);
            case IPV6 -> toAddress(scratch, sample) && toIpv6(scratch, sample);
            case STRING -> toText(scratch, sample);
            case BINARY -> toBinary(scratch, sample);
            case METHOD -> sample.type == SampleType.STRING && retype(sample, SampleType.METHOD);
        };
    }

    private static boolean retype(Sample sample, SampleType type) {
        sample.type = type;
        return true;
    }

    private static boolean toBoolean(Sample sample) {
        if (!toInteger(sample)) {
            return false;
        }
        sample.set(sample.number != 0);
        return true;
    }

    private static boolean toInteger(Sample sample) {
        switch (sample.type) {
            case BOOLEAN, IPV4 -> sample.type = SampleType.INTEGER;
            case INTEGER -> {}
            case STRING -> {
                if (sample.length() == 0) {
                    return false;
                }
                sample.set(Text.prefixNumber(sample.bytes, sample.start, sample.end));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static boolean toAddress(Scratch scratch, Sample sample) {
        switch (sample.type) {
            case IPV4, IPV6 -> {
                return true;
            }
            case INTEGER -> {
                sample.ipv4(sample.number);
                return true;
            }
            case STRING -> {
                long ipv4 = Addresses.parseIpv4(sample.bytes, sample.start, sample.end);
                if (ipv4 >= 0) {
                    sample.ipv4(ipv4);
                    return true;
                }
                if (scratch.room() < 16) {
                    return false;
                }
                int at = scratch.claim(16);
                if (!Addresses.parseIpv6(sample.bytes, sample.start, sample.end, scratch.bytes(), at)) {
                    return false;
                }
                sample.set(SampleType.IPV6, scratch.bytes(), at, at + 16);
                return true;
            }
            default -> {
                return false;
            }
        }
    }

    /** An IPv6 address becomes the IPv4 address it stands for: mapped, or 6to4. */
    private static boolean toIpv4(Sample sample) {
        if (sample.type == SampleType.IPV4) {
            return true;
        }
        byte[] b = sample.bytes;
        int at = sample.start;
        if (isMapped(b, at)) {
            sample.ipv4(Text.int32(b, at + 12));
            return true;
        }
        if ((b[at] & 0xFF) == 0x20 && b[at + 1] == 0x02) {
            sample.ipv4(Text.int32(b, at + 2));
            return true;
        }
        return false;
    }

    private static boolean isMapped(byte[] b, int at) {
        for (int i = 0; i < 10; i++) {
            if (b[at + i] != 0) {
                return false;
            }
        }
        return b[at + 10] == -1 && b[at + 11] == -1;
    }

    /** An IPv4 address becomes {@code ::ffff:a.b.c.d}. */
    private static boolean toIpv6(Scratch scratch, Sample sample) {
        if (sample.type == SampleType.IPV6) {
            return true;
        }
        if (scratch.room() < 16) {
            return false;
        }
        int at = scratch.claim(16);
        byte[] out = scratch.bytes();
        java.util.Arrays.fill(out, at, at + 10, (byte) 0);
        out[at + 10] = -1;
        out[at + 11] = -1;
        writeInt32(sample.number, out, at + 12);
        sample.set(SampleType.IPV6, out, at, at + 16);
        return true;
    }

    private static void writeInt32(long number, byte[] out, int at) {
        for (int i = 0; i < 4; i++) {
            out[at + i] = (byte) (number >> (24 - i * 8));
        }
    }

    /** Also what formats print. */
    static boolean toText(Scratch scratch, Sample sample) {
        switch (sample.type) {
            case STRING -> {
                return true;
            }
            case METHOD -> {
                return retype(sample, SampleType.STRING);
            }
            case BINARY -> {
                // As C sees it: up to the first NUL.
                for (int i = sample.start; i < sample.end; i++) {
                    if (sample.bytes[i] == 0) {
                        sample.end = i;
                    }
                }
                return retype(sample, SampleType.STRING);
            }
            default -> {}
        }
        if (scratch.room() < 48) {
            return false;
        }
        byte[] out = scratch.bytes();
        int at;
        int end;
        if (sample.type == SampleType.IPV4) {
            at = scratch.position();
            end = Addresses.writeIpv4(sample.number, out, at);
            scratch.claim(end - at);
        } else if (sample.type == SampleType.IPV6) {
            at = scratch.position();
            end = Addresses.writeIpv6(sample.bytes, sample.start, out, at);
            scratch.claim(end - at);
        } else {
            int claimed = scratch.claim(24);
            end = claimed + 24;
            at = Ascii.decimalBackwards(out, end, sample.number);
        }
        sample.set(SampleType.STRING, out, at, end);
        return true;
    }

    private static final byte[] HEX = Text.bytes("0123456789ABCDEF");

    /** The capital hexadecimal digit of the low four bits. */
    static byte hexDigit(int bits) {
        return HEX[bits & 0xF];
    }

    /** Two capital digits a byte, of as many bytes as there is room for. */
    static boolean toHex(Scratch scratch, Sample sample) {
        int length = Math.min(sample.length(), scratch.room() / 2);
        int at = scratch.claim(length * 2);
        byte[] out = scratch.bytes();
        for (int i = 0; i < length; i++) {
            int b = sample.bytes[sample.start + i];
            out[at + i * 2] = HEX[b >> 4 & 0xF];
            out[at + i * 2 + 1] = HEX[b & 0xF];
        }
        sample.set(SampleType.STRING, out, at, at + length * 2);
        return true;
    }

    private static boolean toBinary(Scratch scratch, Sample sample) {
        switch (sample.type) {
            case STRING, METHOD, IPV6 -> {
                return retype(sample, SampleType.BINARY);
            }
            default -> {}
        }
        boolean isAddress = sample.type == SampleType.IPV4;
        int length = isAddress ? 4 : 8;
        if (scratch.room() < length) {
            return false;
        }
        int at = scratch.claim(length);
        for (int i = 0; i < length; i++) {
            scratch.bytes()[at + i] = (byte) (sample.number >> ((length - 1 - i) * 8));
        }
        sample.set(SampleType.BINARY, scratch.bytes(), at, at + length);
        return true;
    }
}
