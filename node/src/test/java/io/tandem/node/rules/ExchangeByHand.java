// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import io.netty.channel.DefaultEventLoop;
import io.tandem.node.boot.LoadedText;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.loop.Loop;
import io.tandem.node.rules.sample.Scratch;
import io.tandem.node.rules.sample.Text;

/** An exchange without a connection: a request as text, run through the rules of a frontend. */
public final class ExchangeByHand {
    private static final Loop LOOP = new Loop(0, new DefaultEventLoop());

    public final Facts facts;
    public final Frontend frontend;

    /** The frontend called {@code name} of a loaded configuration. */
    public ExchangeByHand(LoadedText loaded, String name) {
        frontend = loaded.configuration().frontend(name).orElseThrow();
        facts = new Facts(LOOP, new Scratch(16384), loaded.configuration(), frontend);
        facts.beginHttp();
        facts.source.set(new byte[] {127, 0, 0, 1}, 40000);
        facts.destination.set(new byte[] {127, 0, 0, 1}, 80);
    }

    /** Takes a request head, its lines separated by line feeds. */
    public ExchangeByHand request(String head) {
        byte[] bytes = new byte[16384];
        byte[] text = Text.bytes(head.strip().replace("\n", "\r\n") + "\r\n\r\n");
        System.arraycopy(text, 0, bytes, 0, text.length);
        Headers headers = facts.request.headers();
        headers.begin(bytes, bytes.length);
        String whole = Text.string(text, 0, text.length);
        int lineEnd = whole.indexOf("\r\n");
        int firstBlank = whole.indexOf(' ');
        int secondBlank = whole.lastIndexOf(' ', lineEnd);
        fields(whole, lineEnd + 2, headers);
        headers.headEnd(text.length);
        facts.request.startLine(0, firstBlank, firstBlank + 1, secondBlank, whole.charAt(lineEnd - 1) == '0' ? 0 : 1);
        facts.requestsOnConnection++;
        return this;
    }

    /** Takes a response head. */
    public ExchangeByHand response(String head) {
        byte[] bytes = new byte[16384];
        byte[] text = Text.bytes(head.strip().replace("\n", "\r\n") + "\r\n\r\n");
        System.arraycopy(text, 0, bytes, 0, text.length);
        Headers headers = facts.response.headers();
        headers.begin(bytes, bytes.length);
        String whole = Text.string(text, 0, text.length);
        int lineEnd = whole.indexOf("\r\n");
        fields(whole, lineEnd + 2, headers);
        headers.headEnd(text.length);
        facts.response.startLine(Integer.parseInt(whole.substring(9, 12)), 13, lineEnd, 1);
        facts.responding = true;
        facts.connectedNs = 1;
        return this;
    }

    private static void fields(String whole, int from, Headers headers) {
        int at = from;
        while (!whole.startsWith("\r\n", at)) {
            int end = whole.indexOf("\r\n", at);
            int colon = whole.indexOf(':', at);
            int value = colon + 1;
            while (value < end && whole.charAt(value) == ' ') {
                value++;
            }
            int valueEnd = end;
            while (valueEnd > value && whole.charAt(valueEnd - 1) == ' ') {
                valueEnd--;
            }
            headers.received(at, colon, value, valueEnd, end + 2);
            at = end + 2;
        }
    }

    /** Runs the {@code http-request} rules. */
    public Verdict judge() {
        return frontend.requestRules().judge(facts);
    }

    /** The reply as text, or the empty string. */
    public String reply() {
        Reply reply = facts.reply;
        return reply == null ? "" : Text.string(reply.bytes(), 0, reply.bytes().length);
    }

    /** The values of a request field, in order. */
    public java.util.List<String> values(String name) {
        return values(facts.request.headers(), name);
    }

    /** The values of a response field, in order. */
    public java.util.List<String> responseValues(String name) {
        return values(facts.response.headers(), name);
    }

    private static java.util.List<String> values(Headers headers, String name) {
        java.util.List<String> values = new java.util.ArrayList<>();
        byte[] lower = Text.bytes(name.toLowerCase(java.util.Locale.ROOT));
        for (int i = headers.find(lower, 0); i >= 0; i = headers.find(lower, i + 1)) {
            values.add(Text.string(headers.bytes(), headers.valueStart(i), headers.valueEnd(i)));
        }
        return values;
    }

    /** The request's target as it would be sent. */
    public String target() {
        return Text.string(facts.request.bytes(), facts.request.uriStart(), facts.request.uriEnd());
    }

    /** The name of the backend chosen, or the empty string. */
    public String backend() {
        var backend = frontend.backendChoice().choose(facts);
        return backend == null ? "" : backend.name();
    }
}
