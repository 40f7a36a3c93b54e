// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.config.model.OperatingConfig;
import io.tandem.config.model.OperatingConfig.Hook;
import io.tandem.config.model.OperatingConfig.ProxyHealth;
import io.tandem.config.model.OperatingConfig.Witness;
import io.tandem.node.guardian.GuardianStatus.Operating;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.election.StateChange;
import io.tandem.vrrp.link.LivenessLinks;
import io.tandem.vrrp.router.Alarms;
import io.tandem.vrrp.router.EventLog;
import io.tandem.vrrp.router.Reactor;
import io.tandem.vrrp.router.VirtualRouter;
import io.tandem.vrrp.router.VirtualRouters;
import io.tandem.vrrp.track.HookRunner;
import io.tandem.vrrp.track.WitnessWatch;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What goes on around the virtual routers: alarms, the witness, hooks, and whether this node may preempt. Thread-safe; {@link
 * #reload} is called by one thread at a time.
 */
final class Operations implements AutoCloseable {
    private static final String ON_ACTIVE = "on-active";
    private static final String ON_ALARM = "on-alarm";

    private final Alarms alarms;
    private final PreemptionGate gate;
    private final ClusterWatch watch;
    private final Reactor reactor;
    private final @Nullable LivenessLinks links;
    private final VirtualRouters routers;
    private final EventLog log;
    // Those below are written by the loading thread, read by any.
    private volatile OperatingConfig config = OperatingConfig.NONE;
    private volatile @Nullable WitnessWatch witness;
    private volatile @Nullable HookRunner onActive;
    private volatile @Nullable HookRunner onAlarm;
    private volatile String ill = ""; // written by the worker's thread, read by any

    /** Before the reactor runs. */
    Operations(
            OperatingConfig config,
            Reactor reactor,
            VirtualRouters routers,
            @Nullable LivenessLinks links,
            EventLog log) {
        this.reactor = reactor;
        this.links = links;
        this.routers = routers;
        this.log = log;
        alarms = new Alarms(log, this::onAlarm);
        gate = new PreemptionGate(routers);
        watch = new ClusterWatch(links, () -> witness, routers, alarms, gate);
        take(config);
        reactor.add(watch);
        routers.use(alarms);
    }

    /** Takes another configuration: what is the same goes on; a new hook is run for the routers that are Active now. */
    void reload(OperatingConfig newConfig) {
        boolean hooked = newConfig.onActive() != null && !newConfig.onActive().equals(config.onActive());
        boolean watched = config.health() != null;
        take(newConfig);
        ProxyHealth health = newConfig.health();
        if (watched || health != null) {
            routers.illness(health == null || ill.isEmpty() ? 0 : health.weight());
        }
        if (hooked) {
            reactor.execute(() -> routers.all().stream()
                    .filter(router -> router.state() == State.ACTIVE)
                    .forEach(router -> runOnActive(router, "reload")));
        }
    }

    private void take(OperatingConfig wanted) {
        OperatingConfig before = config;
        config = wanted;
        if (!Objects.equals(before.witness(), wanted.witness())) {
            WitnessWatch old = witness;
            Witness asked = wanted.witness();
            witness = asked == null ? null : WitnessWatch.start(asked, log);
            if (old != null) {
                old.close();
            }
        }
        onAlarm = successor(ON_ALARM, onAlarm, before.onAlarm(), wanted.onAlarm());
        onActive = successor(ON_ACTIVE, onActive, before.onActive(), wanted.onActive());
    }

    /** What the old one has begun it ends. */
    private @Nullable HookRunner successor(
            String name, @Nullable HookRunner runner, @Nullable Hook before, @Nullable Hook wanted) {
        if (Objects.equals(before, wanted)) {
            return runner;
        }
        if (runner != null) {
            runner.retire();
        }
        return wanted == null ? null : runner(name, wanted);
    }

    private HookRunner runner(String name, Hook hook) {
        boolean alarming = name.equals(ON_ACTIVE);
        return new HookRunner(name, hook, log, (subject, failure) -> {
            if (alarming && failure != null) {
                alarms.raise(Alarms.Kind.HOOK_FAILED, subject, "hook=" + name + " cause=" + failure);
            } else if (alarming) {
                alarms.clear(Alarms.Kind.HOOK_FAILED, subject);
            }
        });
    }

    PreemptionGate gate() {
        return gate;
    }

    /** The members that the proxy's channel sees; null while there is no proxy. */
    void onView(@Nullable Set<String> members) {
        watch.onView(members);
    }

    /** The backends whose servers the proxy is to watch, separated by commas; none for the empty string. */
    String watchedBackends() {
        ProxyHealth health = config.health();
        return health == null ? "" : String.join(",", health.backends());
    }

    /** Another proxy: its health is not yet known, and that of the last one no more. */
    void onHello() {
        ill = "";
        if (config.health() != null) {
            routers.illness(0);
        }
    }

    /** @param backend the one without a usable server, or the empty string */
    void onHealth(String backend) {
        ill = backend;
        ProxyHealth watched = config.health();
        if (watched != null) {
            log.info("guardian proxy health=" + (backend.isEmpty() ? "well" : "ill backend=" + backend));
            routers.illness(backend.isEmpty() ? 0 : watched.weight());
        }
    }

    /** A virtual router has moved; reactor's thread. */
    void onState(VirtualRouter router, StateChange change) {
        if (change.to() == State.ACTIVE) {
            runOnActive(router, change.reason().toString());
        } else {
            alarms.clear(Alarms.Kind.HOOK_FAILED, router.config().name());
        }
    }

    private void runOnActive(VirtualRouter router, String reason) {
        HookRunner runner = onActive;
        if (runner == null) {
            return;
        }
        String name = router.config().name();
        Map<String, String> facts = new TreeMap<>();
        facts.put("TANDEM_ROUTER", name);
        facts.put("TANDEM_VRID", String.valueOf(router.config().vrid()));
        facts.put("TANDEM_INTERFACE", router.config().interfaceName());
        facts.put("TANDEM_REASON", reason);
        facts.put(
                "TANDEM_ADDRESSES",
                router.config().addresses().stream()
                        .map(address -> address.address().getHostAddress())
                        .collect(Collectors.joining(",")));
        runner.run(name, facts, () -> router.state() == State.ACTIVE);
    }

    private void onAlarm(Alarms.Kind kind, String subject, String detail, boolean stands) {
        HookRunner runner = onAlarm;
        if (runner != null) {
            Map<String, String> facts = new TreeMap<>();
            facts.put("TANDEM_ALARM", kind.word());
            facts.put("TANDEM_OF", subject);
            facts.put("TANDEM_DETAIL", detail);
            facts.put("TANDEM_STANDS", stands ? "yes" : "no");
            runner.run(kind.word() + ":" + subject, facts, () -> true);
        }
    }

    Operating status() {
        Map<String, String> hooks = new TreeMap<>();
        HookRunner active = onActive;
        if (active != null) {
            hooks.put(ON_ACTIVE, active.lastResult());
        }
        HookRunner alarm = onAlarm;
        if (alarm != null) {
            hooks.put(ON_ALARM, alarm.lastResult());
        }
        WitnessWatch asked = witness;
        String seen = asked == null
                ? ""
                : asked.witness().address().getHostAddress() + " is="
                        + (asked.isReachable() ? "reachable" : "unreachable");
        LivenessLinks liveness = links;
        return new Operating(
                gate.reason(),
                alarms.standing(),
                alarms.raised(),
                seen,
                hooks,
                liveness == null ? 0 : liveness.strangers(),
                liveness == null ? 0 : liveness.halfOpen());
    }

    @Override
    public void close() {
        WitnessWatch asked = witness;
        if (asked != null) {
            asked.close();
        }
        for (HookRunner runner : new HookRunner[] {onActive, onAlarm}) {
            if (runner != null) {
                runner.close();
            }
        }
    }
}
