// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.ConverterKind.converter;
import static io.tandem.node.rules.sample.Parameter.integer;
import static io.tandem.node.rules.sample.Parameter.optionalString;
import static io.tandem.node.rules.sample.Parameter.string;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Converters that look at or change internal states (HAProxy manual 7.3.1). */
final class StateConverters {
    static final List<Keyword<ConverterKind>> ALL = List.of(
            converter("set-var")
                    .args(
                            string("name"),
                            optionalString("cond"),
                            optionalString("cond"),
                            optionalString("cond"),
                            optionalString("cond"))
                    .accepts(SampleType.ANY)
                    .returns(SampleType.ANY)
                    .doc("gives a variable the value, which goes on unchanged where all conditions hold")
                    .as(args -> {
                        Variable variable = Variable.parse(args.string(0));
                        VariableConditions conditions = VariableConditions.of(args.from(1));
                        return (facts, in) -> conditions.set(facts, variable, in);
                    }),
            converter("unset-var")
                    .args(string("name"))
                    .accepts(SampleType.ANY)
                    .returns(SampleType.ANY)
                    .doc("forgets a variable; the value goes on unchanged")
                    .as(args -> {
                        Variable variable = Variable.parse(args.string(0));
                        return (facts, in) -> {
                            facts.variables(variable.scope()).unset(variable.name());
                            return true;
                        };
                    }),
            converter("nbsrv")
                    .returns(SampleType.INTEGER)
                    .doc("how many servers of the backend of that name are usable")
                    .simply((facts, in) -> {
                        Backend backend = named(facts, in.bytes, in.start, in.end);
                        return backend != null && InternalFetches.number(in, backend.usableServers());
                    }),
            converter("srv_queue")
                    .returns(SampleType.INTEGER)
                    .doc("how many requests wait for the server of that name, [backend/]server")
                    .simply((facts, in) -> {
                        Server server = server(facts, in);
                        return server != null
                                && InternalFetches.number(
                                        in, server.state().queue().length());
                    }),
            converter("capture-req")
                    .args(integer("id"))
                    .doc(
                            "keeps the text in a capture slot of requests; it goes on unchanged where there is such a slot")
                    .as(args -> {
                        int slot = args.integer(0, -1);
                        return (facts, in) -> capture(facts.requestCaptures, facts.requestCaptureLengths, slot, in);
                    }),
            converter("capture-res")
                    .args(integer("id"))
                    .doc(
                            "keeps the text in a capture slot of responses; it goes on unchanged where there is such a slot")
                    .as(args -> {
                        int slot = args.integer(0, -1);
                        return (facts, in) -> capture(facts.responseCaptures, facts.responseCaptureLengths, slot, in);
                    }),
            converter("secure_memcmp")
                    .args(string("variable"))
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.BOOLEAN)
                    .doc("whether it equals the variable's value, in a time that tells nothing")
                    .as(args -> {
                        Variable variable = TextConverters.comparedVariable(args);
                        return (facts, in) -> {
                            Sample other = facts.scratch.other;
                            if (!facts.variables(variable.scope()).get(variable.name(), facts.scratch, other)
                                    || !Casts.cast(SampleType.BINARY, facts.scratch, other)) {
                                return false;
                            }
                            in.set(MessageDigest.isEqual(
                                    Arrays.copyOfRange(in.bytes, in.start, in.end),
                                    Arrays.copyOfRange(other.bytes, other.start, other.end)));
                            return true;
                        };
                    }));

    private StateConverters() {}

    private static boolean capture(byte @Nullable [] @Nullable [] slots, int[] lengths, int slot, Sample in) {
        if (slots == null || slot < 0 || slot >= lengths.length) {
            return false;
        }
        slots[slot] = Arrays.copyOfRange(in.bytes, in.start, in.start + Math.min(in.length(), lengths[slot]));
        return true;
    }

    /** {@code server} of the exchange's backend, or {@code backend/server}. */
    private static @Nullable Server server(Facts facts, Sample name) {
        int slash = name.start;
        while (slash < name.end && name.bytes[slash] != '/') {
            slash++;
        }
        Backend backend = slash == name.end ? facts.backend : named(facts, name.bytes, name.start, slash);
        if (backend == null) {
            return null;
        }
        int start = slash == name.end ? name.start : slash + 1;
        List<Server> all = backend.servers();
        for (int i = 0; i < all.size(); i++) {
            if (Text.equals(name.bytes, start, name.end, all.get(i).nameBytes(), false)) {
                return all.get(i);
            }
        }
        return null;
    }

    private static @Nullable Backend named(Facts facts, byte[] bytes, int start, int end) {
        List<Backend> all = facts.configuration.backends();
        for (int i = 0; i < all.size(); i++) {
            byte[] text = Text.bytes(all.get(i).name());
            if (Text.equals(bytes, start, end, text, false)) {
                return all.get(i);
            }
        }
        return null;
    }
}
