// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import java.time.Duration;
import java.util.List;

/**
 * Advertisements signed with a key that the routers share ({@code auth_hmac} of newer keepalived).
 *
 * @param keys at least one, each with its own id; several while keys are being replaced
 * @param activeKey the id of the one to sign with
 * @param antiReplay how repeated advertisements are told from new ones
 * @param timeWindow with {@link AntiReplay#TIME}, how far a sender's clock may be from this one's; 1..300 s
 * @param mode how far the roll-out is
 */
public record AdvertHmac(List<Key> keys, int activeKey, AntiReplay antiReplay, Duration timeWindow, Mode mode) {
    /** The least time window that is assumed where none is given: {@code max(3 * advert_int, 5 s)}. */
    public static final Duration LEAST_WINDOW = Duration.ofSeconds(5);

    public static final int KEY_MIN_BYTES = 32;
    public static final int KEY_MAX_BYTES = 64;

    public AdvertHmac {
        keys = List.copyOf(keys);
        int active = activeKey;
        if (keys.stream().noneMatch(key -> key.id() == active)) {
            throw new IllegalArgumentException("no key " + activeKey);
        }
    }

    /** The window where the configuration names none. */
    public static Duration defaultWindow(Duration advertInterval) {
        Duration three = advertInterval.multipliedBy(3);
        return three.compareTo(LEAST_WINDOW) > 0 ? three : LEAST_WINDOW;
    }

    /**
     * A key.
     *
     * @param id 1..255, sent with every advertisement
     * @param secret one character a byte, 32 to 64 of them; never logged
     */
    public record Key(int id, String secret) {
        /** Never holds the secret. */
        @Override
        public String toString() {
            return "Key[id=" + id + "]";
        }
    }

    /** What makes an advertisement a new one. */
    public enum AntiReplay {
        /** It is later than the last of its sender, and its sender's clock is near ours. */
        TIME,
        /** It is later than the last of its sender, whatever the clocks say. */
        MONOTONIC
    }

    /** The steps of a roll-out, in their order. */
    public enum Mode {
        /** Signs nothing; judges signatures and takes every advertisement. */
        RECEIVE_ONLY,
        /** Signs; judges signatures and takes every advertisement. */
        PERMISSIVE,
        /** Signs; takes only what is signed well. */
        ENFORCE
    }
}
