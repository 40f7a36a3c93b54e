// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/** Bytes that are sent over and over, by whoever sends them: duplicate before writing. */
final class Payload {
    private Payload() {}

    /** In direct memory of the JDK's, which goes when nobody refers to it: nobody counts who still sends it. */
    static ByteBuf of(byte[] bytes) {
        return Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(
                ByteBuffer.allocateDirect(bytes.length).put(bytes).flip()));
    }
}
