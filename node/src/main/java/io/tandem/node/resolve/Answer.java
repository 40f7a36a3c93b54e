// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** One record of an answer. Immutable. */
sealed interface Answer {
    /** An address of the name. */
    record Address(InetAddress address) implements Answer {}

    /**
     * A host that offers the service (RFC 2782).
     *
     * @param weight 0..65535
     * @param address what the response says about the target besides, or null
     */
    record Service(DomainName target, int port, int weight, @Nullable InetAddress address) implements Answer {
        /** The weight of a server, 0..256: 256 steps of the record's are one. */
        int serverWeight() {
            return (weight + 255) / 256;
        }

        @Override
        public boolean isSame(Answer other) {
            return other instanceof Service service && service.port == port && service.target.equals(target);
        }
    }

    /** Whether it is the same record, perhaps with other details. */
    default boolean isSame(Answer other) {
        return equals(other);
    }

    /** What it is ordered by among others: HAProxy keeps records by a hash, and gives servers the first free one. */
    default long order() {
        return RecordOrder.of(this);
    }
}
