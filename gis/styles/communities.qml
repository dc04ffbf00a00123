<qgis version="3.34" styleCategories="Symbology">
 <renderer-v2 type="categorizedSymbol" attr="district" enableorderby="0" forceraster="0" symbollevels="0">
  <categories>
   <category value="城中片区" symbol="0" label="城中片区" render="true"/>
   <category value="城北片区" symbol="1" label="城北片区" render="true"/>
   <category value="城东片区" symbol="2" label="城东片区" render="true"/>
   <category value="城南片区" symbol="3" label="城南片区" render="true"/>
   <category value="城西片区" symbol="4" label="城西片区" render="true"/>
   <category value="河滨片区" symbol="5" label="河滨片区" render="true"/>
  </categories>
  <symbols>
   <symbol name="0" type="fill" alpha="1"><layer class="SimpleFill" enabled="1"><Option type="Map"><Option type="QString" name="color" value="166,206,227,90"/><Option type="QString" name="style" value="solid"/><Option type="QString" name="outline_style" value="no"/></Option></layer></symbol>
   <symbol name="1" type="fill" alpha="1"><layer class="SimpleFill" enabled="1"><Option type="Map"><Option type="QString" name="color" value="178,223,138,90"/><Option type="QString" name="style" value="solid"/><Option type="QString" name="outline_style" value="no"/></Option></layer></symbol>
   <symbol name="2" type="fill" alpha="1"><layer class="SimpleFill" enabled="1"><Option type="Map"><Option type="QString" name="color" value="251,154,153,90"/><Option type="QString" name="style" value="solid"/><Option type="QString" name="outline_style" value="no"/></Option></layer></symbol>
   <symbol name="3" type="fill" alpha="1"><layer class="SimpleFill" enabled="1"><Option type="Map"><Option type="QString" name="color" value="253,191,111,90"/><Option type="QString" name="style" value="solid"/><Option type="QString" name="outline_style" value="no"/></Option></layer></symbol>
   <symbol name="4" type="fill" alpha="1"><layer class="SimpleFill" enabled="1"><Option type="Map"><Option type="QString" name="color" value="202,178,214,90"/><Option type="QString" name="style" value="solid"/><Option type="QString" name="outline_style" value="no"/></Option></layer></symbol>
   <symbol name="5" type="fill" alpha="1"><layer class="SimpleFill" enabled="1"><Option type="Map"><Option type="QString" name="color" value="255,255,153,90"/><Option type="QString" name="style" value="solid"/><Option type="QString" name="outline_style" value="no"/></Option></layer></symbol>
  </symbols>
 </renderer-v2>
</qgis>
