// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.InternalFetches.bool;
import static io.tandem.node.rules.sample.InternalFetches.number;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.language.Keyword;
import io.tandem.node.observe.Meters;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.sample.Parameter.Kind;
import java.util.List;
import java.util.function.ToLongFunction;

/** Fetches on frontends, backends and servers (HAProxy manual 7.3.2, 7.3.3). */
final class ProxyFetches {
    static final List<Keyword<FetchKind>> ALL = List.of(
            fetch("fe_id")
                    .returns(SampleType.INTEGER)
                    .of(Need.FRONTEND)
                    .doc("the frontend's number")
                    .simply((facts, out) -> number(out, facts.frontend.id())),
            fetch("fe_name").of(Need.FRONTEND).doc("the frontend's name").simply((facts, out) -> {
                out.text(facts.frontend.nameBytes());
                return true;
            }),
            fetch("be_id")
                    .returns(SampleType.INTEGER)
                    .of(Need.BACKEND)
                    .doc("the backend's number; the frontend's where there is none")
                    .simply((facts, out) -> {
                        Backend backend = facts.backend;
                        return (backend != null || !facts.lacksRequest())
                                && number(out, backend == null ? facts.frontend.id() : backend.id());
                    }),
            fetch("be_name")
                    .of(Need.BACKEND)
                    .doc("the backend's name; the frontend's where there is none")
                    .simply((facts, out) -> {
                        Backend backend = facts.backend;
                        String name = backend == null ? facts.frontend.name() : backend.name();
                        return (backend != null || !facts.lacksRequest())
                                && ConnectionFetches.text(name, facts.scratch, out);
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
            ofBackend("be_sess_rate", "sessions of the backend in the last second", b -> sessionRate(b.meters())),
            ofFrontend("fe_conn", "connections of the frontend now", f -> f.meters()
                    .current()),
            ofFrontend("fe_sess_rate", "sessions of the frontend in the last second", f -> sessionRate(f.meters())),
            ofFrontend("fe_req_rate", "requests of the frontend in the last second", f -> {
                Meters meters = f.meters();
                return meters.requestRate().perSecond(meters.counters().sum(ProxyCounter.REQUESTS));
            }),
            fetch("fe_defbe")
                    .of(Need.FRONTEND)
                    .doc("the frontend's default_backend")
                    .simply((facts, out) -> {
                        String name = facts.frontend.backendChoice().defaultName();
                        return !name.isEmpty() && ConnectionFetches.text(name, facts.scratch, out);
                    }),
            ofServer("srv_conn", "connections of the server now", s -> s.state()
                    .meters()
                    .current()),
            ofServer(
                    "srv_sess_rate",
                    "sessions of the server in the last second",
                    s -> sessionRate(s.state().meters())),
            ofServer("srv_weight", "the server's weight now", s -> s.state().weight()),
            ofServer("srv_uweight", "the server's weight as set", s -> s.state().weight()),
            ofServer("srv_iweight", "the server's weight as configured", s -> s.description()
                    .weight()),
            fetch("srv_is_up")
                    .args(Parameter.of(Kind.SERVER))
                    .returns(SampleType.BOOLEAN)
                    .of(Need.INTERNAL_STATE)
                    .doc("whether the server takes requests")
                    .as(args -> {
                        ServerReference reference = args.server(0);
                        return (facts, out) -> {
                            Server server = reference.in(facts);
                            return server != null && bool(out, server.state().isRunning());
                        };
                    }));

    private ProxyFetches() {}

    private static long sessionRate(Meters meters) {
        return meters.sessionRate().perSecond(meters.counters().sum(ProxyCounter.SESSIONS));
    }

    static Keyword<FetchKind> ofBackend(String name, String doc, ToLongFunction<Backend> value) {
        return fetch(name)
                .args(Parameter.of(Kind.BACKEND))
                .returns(SampleType.INTEGER)
                .of(Need.INTERNAL_STATE)
                .doc(doc)
                .as(args -> {
                    BackendReference reference = args.backend(0);
                    return (facts, out) -> {
                        Backend backend = reference.in(facts);
                        return backend != null && number(out, value.applyAsLong(backend));
                    };
                });
    }

    private static Keyword<FetchKind> ofFrontend(String name, String doc, ToLongFunction<Frontend> value) {
        return fetch(name)
                .args(Parameter.of(Kind.FRONTEND))
                .returns(SampleType.INTEGER)
                .of(Need.INTERNAL_STATE)
                .doc(doc)
                .as(args -> {
                    FrontendReference reference = args.frontend(0);
                    return (facts, out) -> {
                        Frontend frontend = reference.in(facts);
                        return frontend != null && number(out, value.applyAsLong(frontend));
                    };
                });
    }

    static Keyword<FetchKind> ofServer(String name, String doc, ToLongFunction<Server> value) {
        return fetch(name)
                .args(Parameter.of(Kind.SERVER))
                .returns(SampleType.INTEGER)
                .of(Need.INTERNAL_STATE)
                .doc(doc)
                .as(args -> {
                    ServerReference reference = args.server(0);
                    return (facts, out) -> {
                        Server server = reference.in(facts);
                        return server != null && number(out, value.applyAsLong(server));
                    };
                });
    }
}
