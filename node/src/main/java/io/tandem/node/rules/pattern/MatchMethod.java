// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.rules.sample.SampleType;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The match methods of {@code -m} and of maps (HAProxy manual 7.1). */
public enum MatchMethod {
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
    REG(SampleType.STRING),
    /** As {@link #REG}; in maps the value's {@code \1} is what the group matched. */
    REGM(SampleType.STRING),
    /** Of requests' methods, where {@code -m} does not say otherwise; it has no name there. */
    METHOD(SampleType.STRING);

    private final SampleType wants;

    MatchMethod(SampleType wants) {
        this.wants = wants;
    }

    /** The type a value is cast to before it is compared. */
    public SampleType wants() {
        return wants;
    }

    /** Whether it compares with patterns at all. */
    public boolean usesPatterns() {
        return this != FOUND && this != BOOL;
    }

    /** Whether its patterns are numbers, which operators may stand in front of. */
    public boolean isNumeric() {
        return this == INT || this == LEN;
    }

    /** As HAProxy writes it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static @Nullable MatchMethod named(String word) {
        for (MatchMethod method : values()) {
            if (method != METHOD && method.word().equals(word)) {
                return method;
            }
        }
        return null;
    }

    /** What a fetch of that type is matched with unless {@code -m} says otherwise; null where it must. */
    public static @Nullable MatchMethod of(SampleType type) {
        return switch (type) {
            case BOOLEAN -> BOOL;
            case INTEGER -> INT;
            case IPV4, IPV6, ADDRESS -> IP;
            case STRING -> STR;
            case METHOD -> METHOD;
            case BINARY, ANY -> null;
        };
    }
}
