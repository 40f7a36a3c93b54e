// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import java.nio.ByteBuffer;

/**
 * One question to a name server, with the size of answers that are taken (RFC 6891).
 *
 * <pre>
 * id 2 | flags 2 (recursion desired) | questions 1 | answers 0 | authorities 0 | additional 1
 * name … 0 | type 2 | class 2 (IN)
 * 0 | type 41 (OPT) | payload size 2 | extended rcode, version, flags 4 | data length 0
 * </pre>
 */
record Query(int id, DomainName name, RecordType type, int payloadSize) {
    private static final int HEADER = 12;
    private static final int RECURSION_DESIRED = 0x0100;
    private static final int IN = 1;
    private static final int OPT = 41;

    byte[] encode() {
        byte[] labels = name.labels();
        ByteBuffer out = ByteBuffer.allocate(HEADER + labels.length + 1 + 4 + 11);
        out.putShort((short) id).putShort((short) RECURSION_DESIRED);
        out.putShort((short) 1).putShort((short) 0).putShort((short) 0).putShort((short) 1);
        out.put(labels).put((byte) 0).putShort((short) type.code()).putShort((short) IN);
        out.put((byte) 0)
                .putShort((short) OPT)
                .putShort((short) payloadSize)
                .putInt(0)
                .putShort((short) 0);
        return out.array();
    }
}
