// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.rules.sample.Addresses;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.rules.sample.Text;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The value beside a pattern: as written, and as what its converters return. Immutable.
 *
 * @param text as written
 * @param length of it: the array need not be read for that
 * @param number where a number is wanted of it, else 0
 * @param ipv4 where an address is wanted and it is an IPv4 one, else -1
 * @param ipv6 where an address is wanted and it is an IPv6 one, else null
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PatternValue(byte[] text, int length, long number, long ipv4, byte @Nullable [] ipv6) {
    /** Whether {@code outputs} want more of a value than its text. */
    static boolean isRead(Set<PatternOutput> outputs) {
        return outputs.contains(PatternOutput.NUMBER) || outputs.contains(PatternOutput.ADDRESS);
    }

    /**
     * Reads {@code text} as all of {@code outputs}.
     *
     * @throws SampleError in HAProxy's words if it is not one of them
     */
    static PatternValue parse(byte[] text, Set<PatternOutput> outputs) {
        long number = 0;
        if (outputs.contains(PatternOutput.NUMBER)) {
            number = Text.number(text, 0, text.length);
            if (number == Text.NO_NUMBER) {
                throw unreadable(text);
            }
        }
        long ipv4 = -1;
        byte[] ipv6 = null;
        if (outputs.contains(PatternOutput.ADDRESS)) {
            ipv4 = Addresses.parseIpv4(text, 0, text.length);
            ipv6 = ipv4 < 0 ? Addresses.parseIpv6(Text.string(text, 0, text.length)) : null;
            if (ipv4 < 0 && ipv6 == null) {
                throw unreadable(text);
            }
        }
        return new PatternValue(text, text.length, number, ipv4, ipv6);
    }

    private static SampleError unreadable(byte[] text) {
        return new SampleError("unable to parse '" + Text.string(text, 0, text.length) + "'");
    }

    /** Puts it into {@code out}. */
    void into(Sample out, PatternOutput output) {
        switch (output) {
            case NONE, TEXT -> out.set(SampleType.STRING, text, 0, length);
            case NUMBER -> out.set(number);
            case ADDRESS -> {
                byte[] address = ipv6;
                if (address == null) {
                    out.ipv4(ipv4);
                } else {
                    out.set(SampleType.IPV6, address, 0, address.length);
                }
            }
        }
    }
}
