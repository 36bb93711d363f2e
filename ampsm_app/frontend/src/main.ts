import { openWire } from "$lib/api/wire";
import { createApp } from "$lib/app";
import { mount } from "svelte";
import App from "./App.svelte";
import "./styles/base.css";

const target = document.getElementById("app");
if (target === null) throw new Error("index.html has no #app");
mount(App, { target, props: { app: createApp(openWire()) } });
