// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.ring;

/**
 * Numbers of variable size as HAProxy's peers protocol has them: up to 239 in a byte; otherwise four bits in the first byte
 * under 240, then seven a byte, the last one below 128.
 */
final class Varint {
    private static final int ONE_BYTE = 240;

    private Varint() {}

    /** How many bytes a number takes; {@code value} is not negative. */
    static int size(int value) {
        if (value < ONE_BYTE) {
            return 1;
        }
        int size = 2;
        for (int rest = (value - ONE_BYTE) >> 4; rest >= 128; rest = (rest - 128) >> 7) {
            size++;
        }
        return size;
    }
}
