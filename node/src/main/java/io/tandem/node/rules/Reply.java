// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A response that the proxy makes itself: an error page, a redirection, a statistics page.
 *
 * <p>Immutable, so that one made at load time serves every exchange.
 *
 * @param status for logs and counters, 100..599
 * @param bytes the whole response as HTTP/1.1: head and body; HAProxy's error files are exactly this
 * @param bodyStart where the body begins, so that HEAD gets the head alone
 * @param close whether the client connection ends with it
 */
@SuppressWarnings("ArrayRecordComponent") // identity is all that is ever compared
public record Reply(int status, byte[] bytes, int bodyStart, boolean close) {
    /** A reply with a body that no cache may keep; the client connection stays open. */
    public static Reply of(int status, String reason, String contentType, CharSequence body) {
        byte[] content = body.toString().getBytes(StandardCharsets.UTF_8);
        byte[] head = ("HTTP/1.1 " + status + " " + reason + "\r\ncache-control: no-cache\r\ncontent-type: "
                        + contentType + "\r\ncontent-length: " + content.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = Arrays.copyOf(head, head.length + content.length);
        System.arraycopy(content, 0, bytes, head.length, content.length);
        return new Reply(status, bytes, head.length, false);
    }
}
