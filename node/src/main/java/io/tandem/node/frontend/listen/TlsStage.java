// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.netty.channel.Channel;
import io.tandem.node.frontend.TlsFacts;
import io.tandem.node.loop.Loop;

/**
 * The TLS of one {@code bind} line (step 2 of a request's life). Shared by the listeners of the line on all loops;
 * immutable, or safe for several threads where certificates are replaced while running.
 */
public interface TlsStage {
    /**
     * Puts the TLS handler at the head of an accepted connection's pipeline. What it decrypts goes to the handlers behind
     * it, which are added later; the end of the handshake reaches them as Netty's {@code SslHandshakeCompletionEvent}.
     *
     * @param channel registered with {@code loop}, its thread calls
     * @param limitMs how long the handshake may take where the listener does not say; 0 for as long as it likes
     * @return what rules and logs may ask; answers empty strings until the handshake is over
     */
    TlsFacts secure(Channel channel, Loop loop, int limitMs);
}
