// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.ConverterKind.converter;
import static io.tandem.node.rules.sample.Parameter.optionalString;

import io.tandem.node.language.Keyword;
import io.tandem.node.loop.LoopLocal;
import io.tandem.node.observe.log.EventSink;
import io.tandem.node.rules.Facts;
import io.tandem.node.setup.Assembly;
import java.util.List;

/**
 * {@code debug}: tells a sink what the value is at that point of an expression, {@code [debug] prefix: type=str <value>}, and
 * passes it on (HAProxy manual 7.3.1).
 *
 * <p>Control characters are written as {@code #XX}: HAProxy ends the text at a NUL, and lets a client write lines of its own.
 */
final class DebugConverter {
    static final List<Keyword<ConverterKind>> ALL = List.of(converter("debug")
            .args(optionalString("prefix"), optionalString("destination"))
            .accepts(SampleType.ANY)
            .returns(SampleType.ANY)
            .doc("tells a ring, stdout or stderr what the value is, which goes on unchanged")
            .as(DebugConverter::make));

    private static final int ROOM = 16_384;
    private static final LoopLocal<Output> LINE = new LoopLocal<>(loop -> new Output(ROOM));

    private DebugConverter() {}

    private static Converter make(Args args) {
        Assembly assembly = args.site().assembly();
        if (assembly == null) {
            return (facts, in) -> true; // compiled for its mistakes only
        }
        String name = args.count() > 1 ? args.string(1) : "buf0";
        EventSink sink = EventSink.of(name, args.site().origin(), assembly);
        if (sink == null) {
            args.site().missing("invalid args in converter 'debug' : No such sink '" + name + "'.");
            return (facts, in) -> true;
        }
        byte[] head = Text.bytes("[debug] " + args.string(0) + ": type=");
        return (facts, in) -> {
            Output line = LINE.of(facts.loop);
            line.clear();
            line.append(head);
            describe(facts, in, line);
            sink.write(facts.loop.index(), line.bytes(), line.length());
            return true;
        };
    }

    private static void describe(Facts facts, Sample in, Output line) {
        line.append(word(in.type));
        line.append(" <");
        Sample shown = line.value();
        if (in.isBytes()) {
            shown.set(in.type, in.bytes, in.start, in.end);
        } else {
            shown.type = in.type;
            shown.number = in.number;
        }
        int mark = facts.scratch.position();
        if (Casts.cast(SampleType.STRING, facts.scratch, shown)) {
            for (int i = shown.start; i < shown.end; i++) {
                byte b = shown.bytes[i];
                if ((b >= 0 && b < ' ') || b == 127) {
                    line.append('#');
                    line.appendHex(b, 2);
                } else {
                    line.append((char) (b & 0xFF));
                }
            }
        }
        facts.scratch.release(mark);
        line.append('>');
    }

    /** HAProxy's name of a type. */
    private static String word(SampleType type) {
        return switch (type) {
            case BOOLEAN -> "bool";
            case INTEGER -> "sint";
            case IPV4 -> "ipv4";
            case IPV6 -> "ipv6";
            case ADDRESS -> "addr";
            case STRING -> "str";
            case BINARY -> "bin";
            case METHOD -> "meth";
            case ANY -> "any";
        };
    }
}
