// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A clock that the proxy writes and the guardian reads, in memory both have mapped: it stops at the instant of a SIGKILL.
 *
 * <pre>
 * 0: monotonic nanoseconds of the last beat, 0 before the first
 * </pre>
 */
final class HeartbeatFile {
    private static final int SIZE = 64;
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final MappedByteBuffer memory;

    private HeartbeatFile(MappedByteBuffer memory) {
        this.memory = memory;
    }

    /** The guardian's side: makes the file, for its owner only. */
    static HeartbeatFile create(Path path) throws IOException {
        Set<StandardOpenOption> options =
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try (FileChannel file = FileChannel.open(
                path, options, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            file.write(ByteBuffer.allocate(SIZE), 0);
            return new HeartbeatFile(file.map(FileChannel.MapMode.READ_WRITE, 0, SIZE));
        }
    }

    /** The proxy's side. */
    static HeartbeatFile open(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new HeartbeatFile(file.map(FileChannel.MapMode.READ_WRITE, 0, SIZE));
        }
    }

    void beat(long nowNs) {
        LONG.setOpaque(memory, 0, nowNs);
    }

    /** Forgets the last beat, before another proxy starts. */
    void reset() {
        LONG.setOpaque(memory, 0, 0L);
    }

    /** When the proxy last beat, or 0. */
    long lastBeatNs() {
        return (long) LONG.getOpaque(memory, 0);
    }
}
