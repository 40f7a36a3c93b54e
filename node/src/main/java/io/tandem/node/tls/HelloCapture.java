// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import io.netty.buffer.ByteBuf;
import io.tandem.node.hash.XxHash;
import java.util.Arrays;

/**
 * What {@code tune.ssl.capture-buffer-size} keeps of a client's first message: the inputs of fingerprints such as JA3.
 * Bounded by that size, all lists together. Immutable; arrays are shared, not to be changed.
 *
 * @param version the version the message names, {@code 0x0303} from TLS 1.2 on
 * @param ciphers two bytes a cipher suite, as sent
 * @param extensions two bytes a type, in the order sent
 * @param groups what stands in the extension supported_groups, two bytes each
 * @param formats what stands in the extension ec_point_formats, one byte each
 * @param ciphersHash of all cipher suites, also of those that did not fit
 * @param signatures what stands in the extension signature_algorithms, two bytes each
 * @param versions what stands in the extension supported_versions, two bytes each
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record HelloCapture(
        int version,
        byte[] ciphers,
        byte[] extensions,
        byte[] groups,
        byte[] formats,
        long ciphersHash,
        byte[] signatures,
        byte[] versions) {
    private static final int SUPPORTED_GROUPS = 10;
    private static final int POINT_FORMATS = 11;
    private static final int SIGNATURE_ALGORITHMS = 13;
    private static final int SUPPORTED_VERSIONS = 43;
    private static final int LONGEST = 16 * 1024;

    /**
     * @param hello from the message's version on; not consumed
     * @param limit how many bytes may be kept, at least 1
     */
    static HelloCapture of(ByteBuf hello, int limit) {
        byte[] bytes = new byte[Math.min(hello.readableBytes(), LONGEST)];
        hello.getBytes(hello.readerIndex(), bytes);
        return of(bytes, limit);
    }

    /** @param hello from the message's version on */
    static HelloCapture of(byte[] hello, int limit) {
        HelloFields fields = new HelloFields(hello, 0, hello.length);
        int left = limit;
        int all = fields.ciphersEnd() - fields.ciphersStart();
        int count = Math.min(all, left);
        byte[] ciphers = Arrays.copyOfRange(hello, fields.ciphersStart(), fields.ciphersStart() + count);
        left -= count;
        byte[] extensions = new byte[Math.min(left, 2 * 1024) & ~1];
        int length = 0;
        byte[] groups = new byte[0];
        byte[] formats = new byte[0];
        fields.rewind();
        while (fields.next() && length < extensions.length) {
            extensions[length++] = (byte) (fields.type() >> 8);
            extensions[length++] = (byte) fields.type();
        }
        left -= length;
        if (fields.find(SUPPORTED_GROUPS)) {
            groups = list(hello, fields, 2, left);
            left -= groups.length;
        }
        if (fields.find(POINT_FORMATS)) {
            formats = list(hello, fields, 1, left);
            left -= formats.length;
        }
        byte[] signatures = fields.find(SIGNATURE_ALGORITHMS) ? list(hello, fields, 2, left) : new byte[0];
        left -= signatures.length;
        byte[] versions = fields.find(SUPPORTED_VERSIONS) ? list(hello, fields, 1, left) : new byte[0];
        return new HelloCapture(
                fields.version(),
                ciphers,
                Arrays.copyOf(extensions, length),
                groups,
                formats,
                XxHash.xxh64(hello, fields.ciphersStart(), fields.ciphersStart() + all, 0),
                signatures,
                versions);
    }

    /** The list in an extension behind its length of {@code head} bytes. */
    private static byte[] list(byte[] hello, HelloFields fields, int head, int most) {
        int from = fields.contentStart() + head;
        int to = fields.contentEnd();
        return to <= from || most <= 0 ? new byte[0] : Arrays.copyOfRange(hello, from, Math.min(to, from + most));
    }
}
