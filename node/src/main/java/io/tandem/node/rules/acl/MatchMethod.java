// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.acl;

import io.tandem.node.rules.sample.SampleType;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The match methods of {@code -m} (HAProxy manual 7.1). */
enum MatchMethod {
    FOUND(SampleType.ANY),
    BOOL(SampleType.BOOLEAN),
    INT(SampleType.INTEGER),
    IP(SampleType.ADDRESS),
    BIN(SampleType.BINARY),
    LEN(SampleType.STRING),
    STR(SampleType.STRING),
    BEG(SampleType.STRING),
    SUB(SampleType.STRING),
    DIR(SampleType.STRING),
    DOM(SampleType.STRING),
    END(SampleType.STRING),
    REG(SampleType.STRING);

    private final SampleType wants;

    MatchMethod(SampleType wants) {
        this.wants = wants;
    }

    /** The type a value is cast to before it is compared. */
    SampleType wants() {
        return wants;
    }

    /** Whether it compares with patterns at all. */
    boolean usesPatterns() {
        return this != FOUND && this != BOOL;
    }

    static @Nullable MatchMethod named(String word) {
        for (MatchMethod method : values()) {
            if (method.name().toLowerCase(Locale.ROOT).equals(word)) {
                return method;
            }
        }
        return null;
    }

    /** What a fetch of that type is matched with unless {@code -m} says otherwise; null where it must. */
    static @Nullable MatchMethod of(SampleType type) {
        return switch (type) {
            case BOOLEAN -> BOOL;
            case INTEGER -> INT;
            case IPV4, IPV6, ADDRESS -> IP;
            case STRING, METHOD -> STR;
            case BINARY, ANY -> null;
        };
    }
}
