// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.tandem.node.frontend.http.HeadBuffer;
import io.tandem.node.frontend.http.h1.ResponseScanner;
import io.tandem.node.rules.Facts;
import java.util.List;

/** Writes interim responses of the proxy's own ({@code early-hint}), while there is no other response yet. */
final class HintWriter {
    private HintWriter() {}

    /** @param responses as HTTP/1, each whole */
    static void write(Exchange exchange, List<byte[]> responses) {
        Facts facts = exchange.facts;
        HeadBuffer buffer = HeadBuffer.take(exchange.loop, exchange.tuning.bufferSize());
        ResponseScanner scanner = new ResponseScanner(facts.response, exchange.tuning.maxFields());
        for (byte[] head : responses) {
            scanner.begin(buffer, 0);
            int length = Math.min(head.length, scanner.room());
            System.arraycopy(head, 0, buffer.bytes(), 0, length);
            if (scanner.scan(length) == ResponseScanner.Progress.COMPLETE) {
                facts.bytesOut += scanner.countedSize();
                exchange.client.interim(facts.response);
            }
        }
        exchange.client.flush();
        scanner.clear();
        facts.response.clear();
        buffer.release(exchange.loop);
    }
}
