// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import java.net.InetAddress;
import java.util.Set;

/** What {@link AdvertisementDecoder} made of a packet. */
public sealed interface Decoded {
    /** An advertisement for this virtual router. */
    record Accepted(InetAddress source, Advertisement advertisement, Set<Remark> remarks) implements Decoded {
        public Accepted {
            remarks = Set.copyOf(remarks);
        }
    }

    /** Anything else. */
    record Dropped(DropReason reason) implements Decoded {}
}
