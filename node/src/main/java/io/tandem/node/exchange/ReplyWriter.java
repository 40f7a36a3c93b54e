// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.tandem.node.frontend.http.ErrorPages;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.HeadBuffer;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.h1.ResponseScanner;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Tuning;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Reply;

/** Writes a response of the proxy's own: its head takes the same way as a server's, so that rules can change it. */
final class ReplyWriter {
    /** What HAProxy counts for a {@code Connection: close} that a page brings: its name and its value. */
    private static final int CLOSE_FIELD = 15;

    private final Loop loop;
    private final Facts facts;
    private final Reply reply;
    private final HeadBuffer buffer;
    private final ResponseScanner scanner;
    private final boolean readable;
    /** The status in its head. */
    private final int written;

    /** Answers {@code exchange} with {@code reply} and ends it; nothing of a response has been sent yet. */
    static void answer(Exchange exchange, Reply reply) {
        answer(exchange, reply, false);
    }

    /** Answers 500, as rules on all responses could not do what they were to do. */
    static void answerFailure(Exchange exchange) {
        answer(exchange, ErrorPages.of(exchange.facts, 500), true);
    }

    /** @param failed whether rules have failed already: once more, and it goes as it is */
    private static void answer(Exchange exchange, Reply reply, boolean failed) {
        Facts facts = exchange.facts;
        facts.status = reply.status();
        ReplyWriter writer = new ReplyWriter(exchange.loop, exchange.tuning, facts, reply);
        if (writer.isEmpty()) {
            exchange.endWithout(false);
            return;
        }
        if (facts.service == null) {
            facts.responseHeadNs = 0;
        }
        facts.responding = true;
        if (ResponseJudge.passesLast(facts)) {
            writer.answer(exchange);
            return;
        }
        writer.release();
        Reply failure = ErrorPages.of(facts, 500);
        if (failed) {
            facts.status = failure.status();
            new ReplyWriter(exchange.loop, exchange.tuning, facts, failure).answer(exchange);
        } else {
            answer(exchange, failure, true);
        }
    }

    private void answer(Exchange exchange) {
        ClientSide client = exchange.client;
        boolean keepAlive = ResponseJudge.mayKeepClient(facts) && client.isRequestComplete() && !reply.close();
        writeTo(client, keepAlive);
        facts.bytesOut += countedSize();
        exchange.ledger.answered();
        exchange.end();
        release();
        client.finished(keepAlive);
    }

    private ReplyWriter(Loop loop, Tuning tuning, Facts facts, Reply reply) {
        this.loop = loop;
        this.facts = facts;
        this.reply = reply;
        buffer = HeadBuffer.take(loop, tuning.bufferSize());
        scanner = new ResponseScanner(facts.response, tuning.maxFields());
        scanner.begin(buffer, tuning.maxRewrite());
        int head = Math.min(reply.bodyStart(), scanner.room());
        System.arraycopy(reply.bytes(), 0, buffer.bytes(), 0, head);
        readable = head > 0 && scanner.scan(head) == ResponseScanner.Progress.COMPLETE;
        written = readable ? facts.response.status() : reply.status(); // which a file may have otherwise
        if (readable) {
            int body = hasBody() ? reply.bytes().length - reply.bodyStart() : 0;
            facts.response.body(body > 0 ? Framing.LENGTH : Framing.NONE, body, scanner.countedSize(), -1);
        }
    }

    /** Whether there is nothing to send: an empty error file closes the connection without a word. */
    private boolean isEmpty() {
        if (reply.bytes().length == 0) {
            release();
            return true;
        }
        return false;
    }

    private boolean hasBody() {
        return facts.request.method() != Method.HEAD && written != 204 && written != 304;
    }

    /** @param keepAlive whether the client's connection goes on */
    private void writeTo(ClientSide client, boolean keepAlive) {
        byte[] bytes = reply.bytes();
        int start = reply.bodyStart();
        int end = hasBody() ? bytes.length : start;
        if (!readable) {
            client.raw(bytes, 0, end); // an error file that is no HTTP/1.1: as it is
            return;
        }
        scanner.dropLengths();
        client.head(facts.response, keepAlive, false, null, 0);
        if (start < end) {
            client.body(bytes, start, end);
        }
        client.end(null);
    }

    /** The response's size as HAProxy counts bytes. */
    private int countedSize() {
        int body = hasBody() ? reply.bytes().length - reply.bodyStart() : 0;
        return readable ? scanner.countedSize() + (scanner.saysClose() ? CLOSE_FIELD : 0) + body : reply.bytes().length;
    }

    private void release() {
        scanner.clear();
        buffer.release(loop);
    }
}
