// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import io.tandem.node.backend.Server;
import io.tandem.node.rules.sample.Hashes;
import org.jspecify.annotations.Nullable;

/**
 * {@code hash-type} and {@code hash-balance-factor}: how the bytes of a key become a number, and that a server.
 *
 * @param consistent on a circle rather than in a map
 * @param function null for the method's own: SDBM, on a circle spread by the avalanche
 * @param avalanche whether the number is spread by a second hash
 * @param balanceFactor the most sessions a server takes, per cent of the average; 0 for any number; on a circle only
 * @param affinity when a key may go to another server than its own
 */
record HashType(
        boolean consistent, @Nullable Function function, boolean avalanche, int balanceFactor, Affinity affinity) {
    static final HashType DEFAULT = new HashType(false, null, false, 0, Affinity.ALWAYS);

    /** {@code hash-preserve-affinity} (HAProxy 3.2): until when a key stays with its server. */
    enum Affinity {
        /** As long as the server is up: who finds it full waits. */
        ALWAYS,
        /** Until it has as many sessions as its {@code maxconn}. */
        MAXCONN,
        /** Until its queue is as long as its {@code maxqueue}. */
        MAXQUEUE;

        /** Whether the key stays. */
        boolean keeps(Server server) {
            return switch (this) {
                case ALWAYS -> true;
                case MAXCONN -> !server.state().isFull();
                case MAXQUEUE -> {
                    int longest = server.state().limits().maxQueue();
                    yield longest == 0 || server.state().queue().length() < longest;
                }
            };
        }
    }

    /** A hash of bytes; 32 bits, unsigned. */
    enum Function {
        SDBM(Hashes::sdbm),
        DJB2(Hashes::djb2),
        WT6(Hashes::wt6),
        CRC32(Hashes::crc32);

        @SuppressWarnings("ImmutableEnumChecker") // a method, nothing else
        private final Bytes hash;

        Function(Bytes hash) {
            this.hash = hash;
        }
    }

    @FunctionalInterface
    private interface Bytes {
        long of(byte[] bytes, int start, int end);
    }

    /** The number for a key. */
    long of(byte[] key, int start, int end) {
        return spread((function == null ? Function.SDBM : function).hash.of(key, start, end));
    }

    /** The number for a key that is one already. */
    long spread(long number) {
        return avalanche || (consistent && function == null) ? Hashes.avalanche(number) : number;
    }

    HashType withBalanceFactor(int factor) {
        return new HashType(consistent, function, avalanche, factor, affinity);
    }

    HashType withAffinity(Affinity affinity) {
        return new HashType(consistent, function, avalanche, balanceFactor, affinity);
    }
}
