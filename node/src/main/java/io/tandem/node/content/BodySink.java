// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content;

import io.netty.buffer.ByteBuf;

/** Where body bytes go: the client's side of an exchange, or the next filter in front of it. */
@FunctionalInterface
public interface BodySink {
    /**
     * The next {@code length} bytes of the body.
     *
     * @param all whether nobody looks at {@code in} any more: it may be given on itself. Otherwise the caller skips them
     */
    void body(ByteBuf in, int length, boolean all);
}
