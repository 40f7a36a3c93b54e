// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Feature;
import java.util.List;
import java.util.function.Function;
import java.util.function.ObjIntConsumer;
import java.util.function.ToIntFunction;

/** The sizes of the {@code global} section that concern messages (HAProxy manual 3.2). */
public final class TuningLines implements Feature {
    private static final int SMALLEST_BUFFER = 1024;
    private static final int LARGEST_BUFFER = 16 * 1024 * 1024;

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                line(
                        "tune.bufsize",
                        "bytes kept of a message per direction, 16384 by default",
                        (t, n) -> t.bufferSize = Math.min(Math.max(n, SMALLEST_BUFFER), LARGEST_BUFFER)),
                line(
                        "tune.maxrewrite",
                        "bytes of a buffer kept for edits, 1024 by default",
                        (t, n) -> t.maxRewrite = Math.max(n, 0)),
                line("tune.http.maxhdr", "header fields of a message, 101 by default", (t, n) -> t.maxFields = n),
                line(
                        "tune.http.logurilen",
                        "bytes of a request line in logs, 1023 by default",
                        (t, n) -> t.logUriLength = Math.max(n, 0)),
                line(
                        "tune.http.cookielen",
                        "the longest cookie captured, 63 bytes by default",
                        (t, n) -> t.cookieLength = Math.max(n, 0)),
                Keyword.directive("h1-accept-payload-with-any-method", SectionKind.GLOBAL)
                        .doc("takes HTTP/1.0 requests with GET, HEAD or DELETE that have a body")
                        .most(0)
                        .as((line, draft) -> Tuning.of(draft).anyMethodMayHaveBody = true),
                kernelBuffer(
                        "rcvbuf.client",
                        "received from clients",
                        Tuning::ofClients,
                        b -> b.receive,
                        (b, n) -> b.receive = n),
                kernelBuffer(
                        "rcvbuf.server",
                        "received from servers",
                        Tuning::ofServers,
                        b -> b.receive,
                        (b, n) -> b.receive = n),
                kernelBuffer("sndbuf.client", "sent to clients", Tuning::ofClients, b -> b.send, (b, n) -> b.send = n),
                kernelBuffer("sndbuf.server", "sent to servers", Tuning::ofServers, b -> b.send, (b, n) -> b.send = n),
                kernelBuffer(
                        "rcvbuf.frontend",
                        "received by dgram-bind",
                        Tuning::ofDatagrams,
                        b -> b.receive,
                        (b, n) -> b.receive = n),
                kernelBuffer(
                        "sndbuf.frontend",
                        "sent by dgram-bind",
                        Tuning::ofDatagrams,
                        b -> b.send,
                        (b, n) -> b.send = n),
                ofUnconnected("rcvbuf.backend"),
                ofUnconnected("sndbuf.backend"),
                kernelBuffer(
                        "notsent-lowat.client",
                        "not yet sent to clients",
                        Tuning::ofClients,
                        b -> b.notSent,
                        (b, n) -> b.notSent = n),
                kernelBuffer(
                        "notsent-lowat.server",
                        "not yet sent to servers",
                        Tuning::ofServers,
                        b -> b.notSent,
                        (b, n) -> b.notSent = n),
                Keyword.directive("noreuseport", SectionKind.GLOBAL)
                        .doc("accepted for compatibility")
                        .most(0)
                        .noEffect("every thread has a socket of its own")
                        .as((line, draft) -> {}));
    }

    private static Keyword<Directive> kernelBuffer(
            String name,
            String what,
            Function<Tuning, KernelBuffers> side,
            ToIntFunction<KernelBuffers> current,
            ObjIntConsumer<KernelBuffers> setting) {
        String keyword = "tune." + name;
        return Keyword.directive(keyword, SectionKind.GLOBAL)
                .arguments("NUMBER")
                .doc("bytes that the kernel keeps of what is " + what + ", as it likes by default")
                .most(1)
                .as((line, draft) -> {
                    KernelBuffers buffers = side.apply(Tuning.of(draft));
                    if (current.applyAsInt(buffers) != 0) {
                        throw line.error("'" + keyword + "' already specified. Continuing.");
                    }
                    if (!line.hasNext()) {
                        throw line.error("'" + keyword + "' expects an integer argument.");
                    }
                    setting.accept(buffers, Math.max(line.leadingInteger(), 0));
                });
    }

    private static Keyword<Directive> ofUnconnected(String name) {
        return Keyword.directive("tune." + name, SectionKind.GLOBAL)
                .arguments("NUMBER")
                .doc("accepted for compatibility")
                .most(1)
                .noEffect("no socket toward servers is without a connection")
                .as((line, draft) -> {});
    }

    private static Keyword<Directive> line(String name, String doc, ObjIntConsumer<Tuning> setting) {
        return Keyword.directive(name, SectionKind.GLOBAL)
                .arguments("NUMBER")
                .doc(doc)
                .as((line, draft) -> apply(name, line, draft, setting));
    }

    private static void apply(String name, Arguments line, Draft draft, ObjIntConsumer<Tuning> setting) {
        if (!line.hasNext()) {
            throw line.error("'" + name + "' expects an integer argument.");
        }
        int number = line.leadingInteger();
        if (name.equals("tune.http.maxhdr") && (number <= 0 || number > 32_767)) {
            throw line.error("'tune.http.maxhdr' expects a numeric value between 1 and 32767");
        }
        boolean sized = name.equals("tune.bufsize") || name.equals("tune.maxrewrite");
        if (sized && number < (name.equals("tune.bufsize") ? 1 : 0)) {
            throw line.error("'" + name + "' expects a positive integer argument.");
        }
        setting.accept(Tuning.of(draft), number);
        line.noMore(name);
    }
}
