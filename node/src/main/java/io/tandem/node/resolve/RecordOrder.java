// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import io.tandem.node.hash.XxHash;
import java.net.Inet4Address;

/**
 * The order in which records are given to servers: by the XXH32 of their data, its seed the type. So is HAProxy's, as ten
 * records of each type show; configurations of both then send the same server to the same address.
 */
final class RecordOrder {
    private RecordOrder() {}

    static long of(Answer answer) {
        if (answer instanceof Answer.Address address) {
            byte[] bytes = address.address().getAddress();
            RecordType type = address.address() instanceof Inet4Address ? RecordType.A : RecordType.AAAA;
            return XxHash.xxh32(bytes, 0, bytes.length, type.code());
        }
        byte[] target = ((Answer.Service) answer).target().labels();
        return XxHash.xxh32(target, 0, target.length, RecordType.SRV.code());
    }
}
