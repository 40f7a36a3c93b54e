// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

/**
 * What is known of a connection's streams that are gone: frames of theirs that crossed our RST_STREAM are no mistake of the peer's,
 * but only as many as could have been on their way (RFC 9113 section 5.1, closed). Not thread-safe.
 */
final class GoneStreams {
    /** What may be on its way for one: the head of a message, and trailers. */
    private static final int BLOCKS_PER_STREAM = 2;

    /** Those we reset not long ago. */
    private final int[] resets = new int[16];

    private int resetCount;
    private long bytes =
            Frames.DEFAULT_WINDOW; // a peer that is wrong about a stream is answered on it, not left at once
    private long blocks;

    /** We reset a stream. */
    void reset(int stream) {
        resets[resetCount++ & 15] = stream;
    }

    boolean wasReset(int stream) {
        for (int reset : resets) {
            if (reset == stream) {
                return true;
            }
        }
        return false;
    }

    /** A stream goes before the peer has ended it; what fits into {@code window} bytes may be on its way. */
    void add(int window) {
        bytes += Math.max(0, window);
        blocks += BLOCKS_PER_STREAM;
    }

    /** DATA of {@code length} bytes came for one of them; false if that is more than all their windows allowed. */
    boolean takesData(int length) {
        bytes -= length;
        return bytes >= 0;
    }

    /** A header block came for one of them; false if all that could have been on their way have come. */
    boolean takesBlock() {
        if (blocks == 0) {
            return false;
        }
        blocks--;
        return true;
    }
}
