// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.Parameter.integer;
import static io.tandem.node.rules.sample.Parameter.optionalInteger;
import static io.tandem.node.rules.sample.Parameter.optionalString;
import static io.tandem.node.rules.sample.Parameter.string;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.sample.Parameter.Kind;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.ToLongFunction;

/** Fetches on internal states: constants, variables, proxies and servers (HAProxy manual 7.3.2). */
final class InternalFetches {
    static final List<Keyword<FetchKind>> CONSTANTS = List.of(
            fetch("always_true").returns(SampleType.BOOLEAN).doc("true").simply((facts, out) -> bool(out, true)),
            fetch("always_false").returns(SampleType.BOOLEAN).doc("false").simply((facts, out) -> bool(out, false)),
            fetch("bool")
                    .args(string("value"))
                    .returns(SampleType.BOOLEAN)
                    .doc("that value")
                    .as(InternalFetches::constantBoolean),
            fetch("int")
                    .args(integer("value"))
                    .returns(SampleType.INTEGER)
                    .doc("that value")
                    .as(args -> {
                        long value = args.number(0, 0);
                        return (facts, out) -> number(out, value);
                    }),
            fetch("str").args(string("value")).doc("that value").as(args -> {
                byte[] value = args.bytes(0);
                return (facts, out) -> {
                    out.text(value);
                    return true;
                };
            }),
            fetch("bin")
                    .args(string("hex"))
                    .returns(SampleType.BINARY)
                    .doc("that value")
                    .as(args -> {
                        byte[] value = Hex.parse(args.string(0));
                        return (facts, out) -> {
                            out.set(SampleType.BINARY, value, 0, value.length);
                            return true;
                        };
                    }),
            fetch("ipv4")
                    .args(Parameter.of(Kind.IPV4))
                    .returns(SampleType.IPV4)
                    .doc("that value")
                    .as(args -> {
                        long value = args.number(0, 0);
                        return (facts, out) -> {
                            out.ipv4(value);
                            return true;
                        };
                    }),
            fetch("ipv6")
                    .args(Parameter.of(Kind.IPV6))
                    .returns(SampleType.IPV6)
                    .doc("that value")
                    .as(args -> {
                        byte[] value = args.address(0, new byte[16]);
                        return (facts, out) -> {
                            out.set(SampleType.IPV6, value, 0, 16);
                            return true;
                        };
                    }),
            fetch("meth")
                    .args(string("method"))
                    .returns(SampleType.METHOD)
                    .doc("that value")
                    .as(args -> {
                        byte[] value = args.bytes(0);
                        return (facts, out) -> {
                            out.set(SampleType.METHOD, value, 0, value.length);
                            return true;
                        };
                    }),
            fetch("env")
                    .args(string("name"))
                    .doc("an environment variable as it was at start")
                    .as(InternalFetches::env),
            fetch("var")
                    .args(string("name"), optionalString("default"))
                    .returns(SampleType.ANY)
                    .doc("a variable")
                    .as(InternalFetches::variable),
            fetch("date")
                    .args(optionalInteger("offset"), optionalString("unit"))
                    .returns(SampleType.INTEGER)
                    .doc("the time, in seconds since 1970 unless another unit is asked for")
                    .as(InternalFetches::date),
            fetch("date_us")
                    .returns(SampleType.INTEGER)
                    .doc("the microseconds of the time")
                    .simply((facts, out) -> {
                        return number(out, facts.loop.nowMs() % 1000 * 1000);
                    }),
            fetch("rand")
                    .args(optionalInteger("range"))
                    .returns(SampleType.INTEGER)
                    .doc("a random number below the range, or of 32 bits")
                    .as(args -> {
                        long range = args.number(0, 0);
                        long bound = range > 0 ? range : 1L << 32;
                        return (facts, out) ->
                                number(out, ThreadLocalRandom.current().nextLong(bound));
                    }),
            fetch("uuid").args(optionalInteger("version")).doc("a random UUID").as(args -> {
                if (args.number(0, 4) != 4) {
                    throw new SampleError("Unsupported UUID version: '" + args.number(0, 4) + "'");
                }
                return (facts, out) -> ConnectionFetches.text(UUID.randomUUID().toString(), facts.scratch, out);
            }),
            fetch("nbproc")
                    .returns(SampleType.INTEGER)
                    .doc("the number of processes: 1")
                    .simply((facts, out) -> number(out, 1)),
            fetch("proc")
                    .returns(SampleType.INTEGER)
                    .doc("the number of the process: 1")
                    .simply((facts, out) -> number(out, 1)),
            fetch("thread")
                    .returns(SampleType.INTEGER)
                    .doc("the number of the event loop, from 0")
                    .simply((facts, out) -> number(out, facts.loop.index())),
            fetch("hostname").doc("the name of this host").as(args -> {
                byte[] name = ConnectionFetches.utf8(hostname());
                return (facts, out) -> {
                    out.text(name);
                    return true;
                };
            }));

    static final List<Keyword<FetchKind>> PROXIES = List.of(
            fetch("fe_id")
                    .returns(SampleType.INTEGER)
                    .of(Need.FRONTEND)
                    .doc("the frontend's number")
                    .simply((facts, out) -> {
                        return number(out, facts.frontend.id());
                    }),
            fetch("fe_name").of(Need.FRONTEND).doc("the frontend's name").simply((facts, out) -> {
                out.text(facts.frontend.nameBytes());
                return true;
            }),
            fetch("be_id")
                    .returns(SampleType.INTEGER)
                    .of(Need.BACKEND)
                    .doc("the backend's number")
                    .simply((facts, out) -> {
                        Backend backend = facts.backend;
                        return backend != null && number(out, backend.id());
                    }),
            fetch("be_name").of(Need.BACKEND).doc("the backend's name").simply((facts, out) -> {
                Backend backend = facts.backend;
                return backend != null && ConnectionFetches.text(backend.name(), facts.scratch, out);
            }),
            fetch("srv_id")
                    .returns(SampleType.INTEGER)
                    .of(Need.SERVER)
                    .doc("the server's number")
                    .simply((facts, out) -> {
                        Server server = facts.server;
                        return server != null
                                && number(out, server.description().id());
                    }),
            fetch("srv_name").of(Need.SERVER).doc("the server's name").simply((facts, out) -> {
                Server server = facts.server;
                if (server == null) {
                    return false;
                }
                out.text(server.nameBytes());
                return true;
            }),
            ofBackend("nbsrv", "how many servers are usable", Backend::usableServers),
            ofBackend(
                    "be_conn", "connections of the backend now", b -> b.meters().current()),
            fetch("fe_conn")
                    .args(Parameter.optional(Kind.FRONTEND))
                    .returns(SampleType.INTEGER)
                    .doc("connections of the frontend now")
                    .as(args -> {
                        FrontendReference reference = args.frontend(0);
                        return (facts, out) -> {
                            Frontend frontend = reference.in(facts);
                            return frontend != null
                                    && number(out, frontend.meters().current());
                        };
                    }),
            ofServer("srv_conn", "connections of the server now", s -> s.state()
                    .meters()
                    .current()),
            ofServer("srv_weight", "the server's weight now", s -> s.state().weight()),
            ofServer("srv_uweight", "the server's weight as set", s -> s.state().weight()),
            ofServer("srv_iweight", "the server's weight as configured", s -> s.description()
                    .weight()),
            fetch("srv_is_up")
                    .args(Parameter.of(Kind.SERVER))
                    .returns(SampleType.BOOLEAN)
                    .doc("whether the server takes requests")
                    .as(args -> {
                        ServerReference reference = args.server(0);
                        return (facts, out) -> {
                            Server server = reference.in(facts);
                            return server != null && bool(out, server.state().isRunning());
                        };
                    }));

    private InternalFetches() {}

    private static boolean bool(Sample out, boolean value) {
        out.set(value);
        return true;
    }

    static boolean number(Sample out, long value) {
        out.set(value);
        return true;
    }

    static Keyword<FetchKind> ofBackend(String name, String doc, ToLongFunction<Backend> value) {
        return fetch(name)
                .args(Parameter.optional(Kind.BACKEND))
                .returns(SampleType.INTEGER)
                .doc(doc)
                .as(args -> {
                    BackendReference reference = args.backend(0);
                    return (facts, out) -> {
                        Backend backend = reference.in(facts);
                        return backend != null && number(out, value.applyAsLong(backend));
                    };
                });
    }

    static Keyword<FetchKind> ofServer(String name, String doc, ToLongFunction<Server> value) {
        return fetch(name)
                .args(Parameter.of(Kind.SERVER))
                .returns(SampleType.INTEGER)
                .doc(doc)
                .as(args -> {
                    ServerReference reference = args.server(0);
                    return (facts, out) -> {
                        Server server = reference.in(facts);
                        return server != null && number(out, value.applyAsLong(server));
                    };
                });
    }

    private static Fetch constantBoolean(Args args) {
        boolean value =
                switch (args.string(0)) {
                    case "true", "1" -> true;
                    case "false", "0" -> false;
                    default -> throw new SampleError("Expects 'true', 'false', '0' or '1'");
                };
        return (facts, out) -> bool(out, value);
    }

    private static Fetch env(Args args) {
        String text = System.getenv(args.string(0));
        if (text == null) {
            return (facts, out) -> false;
        }
        byte[] value = ConnectionFetches.utf8(text);
        return (facts, out) -> {
            out.text(value);
            return true;
        };
    }

    private static Fetch variable(Args args) {
        Variable variable = Variable.parse(args.string(0));
        byte[] otherwise = args.bytes(1);
        boolean hasDefault = args.has(1);
        return (facts, out) -> {
            if (facts.variables(variable.scope()).get(variable.name(), facts.scratch, out)) {
                return true;
            }
            out.text(otherwise);
            return hasDefault;
        };
    }

    private static Fetch date(Args args) {
        long offset = args.number(0, 0);
        long unitMicros =
                switch (args.string(1)) {
                    case "", "s" -> 1_000_000;
                    case "ms" -> 1000;
                    case "us" -> 1;
                    default -> throw new SampleError("expects 's', 'ms' or 'us', got '" + args.string(1) + "'");
                };
        return (facts, out) -> number(out, facts.loop.nowMs() * 1000 / unitMicros + offset);
    }

    private static String hostname() {
        try {
            String name = System.getenv("HOSTNAME");
            return name != null ? name : InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
